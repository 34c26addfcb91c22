// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Class balance", .timeLimit(.minutes(5)))
struct ClassBalanceTests {
    func balanced(_ latents: [Float], _ labels: [Int32], neighbours: Int = 5, seed: UInt64 = 1) -> (
        latents: [Float], labels: [Int32]
    ) {
        var generator = SeededGenerator(seed: seed)
        return ClassBalance.balanced(latents, width: 2, labels: labels, neighbours: neighbours, using: &generator)
    }

    @Test("all present classes become as frequent as the largest; what was there stays first")
    func counts() {
        let labels: [Int32] = [4, 4, 4, 4, 4, 1, 1, 0]
        let latents = Latents.random(8, width: 2)
        let (more, ids) = balanced(latents, labels)
        #expect(Array(more[..<16]) == latents && Array(ids[..<8]) == labels)
        #expect(more.count == 30 && ids.count == 15)
        for id in [0, 1, 4] as [Int32] { #expect(ids.count { $0 == id } == 5) }
        // The only one of class 0 is repeated.
        for (i, id) in ids.enumerated() where id == 0 { #expect(more[i * 2..<i * 2 + 2] == latents[14..<16]) }
    }

    @Test("a synthetic latent lies between two of its class")
    func between() {
        let (more, ids) = balanced([0, 0, 1, 2, 9, 9, 9, 8, 7, 7, 5, 6, 6, 5], [0, 0, 1, 1, 1, 1, 1])
        var places: Set<Float> = []
        for (i, id) in ids.enumerated() where id == 0 {
            #expect(abs(more[i * 2 + 1] - 2 * more[i * 2]) < 1e-6)
            #expect((0...1).contains(more[i * 2]))
            places.insert(more[i * 2])
        }
        #expect(places.count == 5)
    }

    @Test("partners are the nearest of the class, not any")
    func nearest() {
        // Two pairs far apart: with one neighbour nothing lies between the pairs.
        let pairs: [Float] = [0, 0, 1, 0, 100, 0, 101, 0]
        let crowd = Latents.random(40, width: 2)
        let labels = [Int32](repeating: 0, count: 4) + [Int32](repeating: 1, count: 40)
        func middle(_ neighbours: Int) -> Int {
            let (more, ids) = balanced(pairs + crowd, labels, neighbours: neighbours)
            return ids.indices.count { ids[$0] == 0 && more[$0 * 2] > 1 && more[$0 * 2] < 100 }
        }
        #expect(middle(1) == 0)
        #expect(middle(3) > 5)
    }

    @Test("the seed decides; balanced or empty latents stay as they are")
    func seeded() {
        let latents = Latents.random(6, width: 2)
        let labels: [Int32] = [0, 0, 0, 0, 1, 1]
        #expect(balanced(latents, labels) == balanced(latents, labels))
        #expect(balanced(latents, labels) != balanced(latents, labels, seed: 2))
        #expect(balanced(latents, [0, 1, 2, 0, 1, 2]) == (latents, [0, 1, 2, 0, 1, 2]))
        #expect(balanced([], []) == ([], []))
    }
}
