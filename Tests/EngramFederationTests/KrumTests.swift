// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct KrumTests {
    /// Scores by the definition, from differences instead of inner products.
    private func scores(_ updates: [[Float]], hostile: Int) -> [Double] {
        updates.indices.map { i -> Double in
            let distances = updates.indices.filter { $0 != i }.map { ToyUpdates.squaredDistance(updates[i], updates[$0]) }
            return distances.sorted().prefix(updates.count - hostile - 2).reduce(0, +)
        }
    }

    @Test(arguments: [(3, 0), (5, 1), (9, 1), (9, 3), (13, 5)]) func scoresAgainstBruteForce(agents: Int, hostile: Int) throws {
        let updates = ToyUpdates.normal(agents, 21, seed: UInt64(agents + hostile))
        let gram = try UpdateBatch(updates).gram(count: 21)
        let found = KrumScores(gram).scores(of: Array(0..<agents), hostile: hostile)
        let expected = scores(updates, hostile: hostile)
        for i in 0..<agents { #expect(abs(found[i] - expected[i]) < 1e-9) }
        var rule = Krum()
        rule.hostile = hostile
        let least = try #require(expected.indices.min { expected[$0] < expected[$1] })
        #expect(try rule.combining(UpdateBatch(updates), count: 21) == updates[least])
    }

    @Test(arguments: [(9, 1, 0), (9, 3, 0), (9, 1, 4), (9, 1, 1), (9, 2, 100)])
    func multiKrumAgainstBruteForce(agents: Int, hostile: Int, keep: Int) throws {
        let updates = ToyUpdates.normal(agents, 21, seed: UInt64(agents + hostile))
        let expected = scores(updates, hostile: hostile)
        let best = expected.indices.sorted { expected[$0] < expected[$1] }
            .prefix(keep == 0 ? agents - hostile - 2 : keep).map { updates[$0] }
        var rule = MultiKrum()
        rule.hostile = hostile
        rule.keep = keep
        let result = try rule.combining(UpdateBatch(updates), count: 21)
        #expect(ToyUpdates.gap(result, ToyUpdates.mean(best)) < 1e-6)
    }

    @Test func multiKrumOfOneIsKrum() throws {
        let batch = UpdateBatch(ToyUpdates.normal(8, 5, seed: 2))
        var rule = MultiKrum()
        rule.keep = 1
        #expect(try rule.combining(batch, count: 5) == Krum().combining(batch, count: 5))
    }

    /// An update is not its own neighbour: two liars that agree are near each other, but lonely.
    @Test func twoThatAgreeDoNotWin() throws {
        let updates: [[Float]] = [[0], [0.2], [0.4], [0.6], [0.8], [100], [100]]
        var rule = Krum()
        rule.hostile = 2
        #expect(try rule.combining(UpdateBatch(updates), count: 1)[0] < 1)
    }

    @Test func equalScoresGoToTheFirst() throws {
        #expect(KrumScores(Gram([[0], [1], [2], [3]])).ranked([0, 1, 2, 3], hostile: 0) == [1, 2, 0, 3])
        #expect(KrumScores(Gram([[0], [1], [2], [3]])).scores(of: [0, 1, 3], hostile: 0) == [1, 1, 4])
    }

    /// With f = 1000 in a group of five, f becomes what five allow (1); pairs become their median.
    @Test func smallGroupsFallBack() throws {
        var rule = Krum()
        rule.hostile = 1000
        let updates = ToyUpdates.normal(5, 4, seed: 11)
        #expect(try rule.combining(UpdateBatch(updates), count: 4) == Krum().combining(UpdateBatch(updates), count: 4))
        #expect(try rule.combining(UpdateBatch([[1], [4]]), count: 1) == [2.5])
        #expect(try MultiKrum().combining(UpdateBatch([[1], [4]]), count: 1) == [2.5])
    }
}
