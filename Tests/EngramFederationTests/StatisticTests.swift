// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct StatisticTests {
    private func join(_ rule: Statistic.Rule, _ held: [Float], _ sent: [[Float]], rows: [Double], population: Int) throws
        -> [Float]
    {
        var held = held
        try rule.join(&held, UpdateBatch(toyWeights: rows) { sent[$0] }, population)
        return held
    }

    @Test func theMeanIsWeightedByRows() throws {
        #expect(try join(.mean, [9, 9], [[1, 2], [5, 2]], rows: [3, 1], population: 7) == [2, 2])
    }

    @Test func aStepCountsThoseWhoDidNotAnswer() throws {
        #expect(try join(.step, [1, 0], [[4, 8], [0, 8]], rows: [3, 1], population: 4) == [2.5, 4])
    }

    @Test func aKeyThatNobodyHasKeepsItsMean() throws {
        let held: [Float] = [7, 7, 3, 5, 5, 2]
        let sent: [[Float]] = [[2, 4, 2, 0, 0, 0], [4, 2, 1, 0, 0, 0]]
        #expect(try join(.keyedMean(width: 2), held, sent, rows: [1, 9], population: 2) == [2, 2, 3, 5, 5, 2])
    }

    /// Training that counts its rounds in a statistic, derives the model from it, and sends no update.
    struct Counting: LocalTraining {
        static let name = "counting"
        static let summary = ""

        func statistics(for network: Network) -> [Statistic] { [Statistic("count", shape: [2], rule: .mean)] }
        func train(_ step: inout LocalStep) {
            step.sent["count"] = [(step.held["count"]?.first ?? 0) + 1, Float(step.round)]
            step.memory["seen"] = [Float(step.round)]
            step.model.values[0] += 1
        }
        func settle(_ model: inout ParameterSet, statistics: [String: [Float]], network: Network) {
            model.values[0] = statistics["count"]?[0] ?? -1
        }
        var sendsUpdates: Bool { false }
    }

    @Test func statisticsTravelBothWaysAndSettleTheModel() throws {
        var run = ToyRun(ToyFederation.recipe { $0.training = Counting() }, try ToyFederation(groups: [0, 0, 1]))
        try run.run()
        let exchange = try #require(run.machine.exchange)
        let slot = try #require(run.machine.state.book.slots.first)
        let parts = try #require(
            exchange.parts(of: try ParameterSet(safetensors: run.blobs[slot.model] ?? [], layout: exchange.layout)))
        #expect(parts.statistics["count"] == [4, 4])
        #expect(parts.model.values[0] == 4)
        #expect(parts.model.values.dropFirst().allSatisfy { $0 == 0 })
        #expect(run.memories[.toy(0)]?[4]?.vectors[.cluster(1)] == ["seen": [4]])
    }

    @Test func crashesChangeNoStatistic() throws {
        let toy = try ToyFederation(groups: [0, 0, 1])
        var calm = ToyRun(ToyFederation.recipe { $0.training = Counting() }, toy)
        try calm.run()
        var wild = ToyRun(ToyFederation.recipe { $0.training = Counting() }, toy)
        wild.chaos = SeededGenerator(seed: 4)
        wild.crashChance = 0.1
        try wild.run()
        #expect(wild.crashes > 0)
        #expect(wild.slots == calm.slots)
    }
}
