// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Foundation
import Testing

@Suite("Neighbours", .timeLimit(.minutes(5)))
struct NeighboursTests {
    func classes(_ share: Double, count: Int = 2, scale: Double = 1) -> Neighbours {
        Neighbours(
            latents: [0, 0, 3, 0, 0, 10], width: 2, targets: .classes([0, 2, 2]), task: .classes, outputs: 3, count: count,
            scale: scale, share: share)
    }

    @Test("two neighbours vote by distance")
    func votes() throws {
        let answer = try #require(classes(1, scale: 2).answers(to: [1, 0])[0])
        #expect(abs(answer[0] - exp(-0.5) / (exp(-0.5) + exp(-1))) < 1e-9)
        #expect(answer[1] == 0)
        #expect(abs(answer.reduce(0, +) - 1) < 1e-9)
        // Far away every weight would be 0, were they not relative.
        let far = try #require(classes(1, count: 3, scale: 1e-3).answers(to: [1e6, 0])[0])
        #expect(far[2] > 0.99)
        #expect(classes(1, count: 50).answers(to: [0, 0])[0]?.count == 3)
    }

    @Test("finds what brute force finds, far from the origin too")
    func bruteForce() {
        let width = 5
        let stored = Latents.random(300, width: width).map { $0 + 1000 }
        let queries = Latents.random(270, width: width, seed: 2).map { $0 + 1000 }
        let scores = (0..<300).map { Float($0) }
        let one = Neighbours(
            latents: stored, width: width, targets: .scores(scores), task: .scores, outputs: 1, count: 3, scale: 1e9, share: 1)
        let answers = one.answers(to: queries)
        for query in 0..<270 {
            let distances = (0..<300).map { row in
                (0..<width).reduce(0.0) {
                    let difference = Double(stored[row * width + $1]) - Double(queries[query * width + $1])
                    return $0 + difference * difference
                }
            }
            let nearest = (0..<300).sorted { distances[$0] < distances[$1] }.prefix(3)
            let mean = nearest.reduce(0.0) { $0 + Double($1) } / 3
            #expect(abs((answers[query]?[0] ?? -1) - mean) < 1e-3)
        }
    }

    @Test("no share is the model, the whole share the neighbours, half lies between")
    func mixture() throws {
        let outputs: [Float] = [1, 2, 0.5]
        let latents: [Float] = [1, 0]
        #expect(classes(0).mixed(outputs: outputs, latents: latents) == outputs)
        let votes = try #require(classes(1).answers(to: latents)[0])
        let alone = chances(classes(1).mixed(outputs: outputs, latents: latents))
        for k in 0..<3 { #expect(abs(alone[k] - votes[k]) < 1e-6) }
        let half = chances(classes(0.5).mixed(outputs: outputs, latents: latents))
        let model = chances(outputs)
        for k in 0..<3 { #expect(abs(half[k] - (votes[k] + model[k]) / 2) < 1e-6) }
    }

    @Test("remembered or not mixes chances into log odds, scores mix as they are")
    func otherTasks() {
        let hits = Neighbours(
            latents: [0, 1], width: 1, targets: .classes([1, 0]), task: .remembered, outputs: 1, count: 2, scale: 1, share: 0.25)
        let vote = 1 / (1 + exp(-1.0))
        let p = 0.25 * vote + 0.75 / (1 + exp(-0.3))
        #expect(abs(Double(hits.mixed(outputs: [0.3], latents: [0])[0]) - log(p / (1 - p))) < 1e-5)
        let scores = Neighbours(
            latents: [0, 1], width: 1, targets: .scores([10, 20]), task: .scores, outputs: 1, count: 1, scale: 1, share: 0.5)
        #expect(scores.mixed(outputs: [2, 2], latents: [0.1, 0.8]) == [6, 11])
    }

    @Test("without rows, or for a latent that is no number, the model answers; certainty stays finite")
    func none() {
        let empty = Neighbours(
            latents: [], width: 2, targets: .classes([]), task: .classes, outputs: 3, count: 2, scale: 1, share: 1)
        #expect(empty.mixed(outputs: [1, 2, 3], latents: [0, 0]) == [1, 2, 3])
        #expect(classes(1).mixed(outputs: [1, 2, 3], latents: [.nan, 0]) == [1, 2, 3])
        let certain = classes(1, count: 1).mixed(outputs: [1, 2, 3], latents: [0, 0])
        #expect(Kernels.isFinite(certain))
        #expect(certain[0] > certain[1])
    }

    private func chances(_ outputs: [Float]) -> [Double] {
        let weights = outputs.map { exp(Double($0)) }
        return weights.map { $0 / weights.reduce(0, +) }
    }
}
