// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramLearning

@Suite(.timeLimit(.minutes(5))) struct AnswerCostsTests {
    private func linear(_ task: EngramLearning.Task, outputs: Int, _ values: [Float]) throws -> (Network, ParameterSet) {
        let network = Network(ModelSpec(inputs: 1, hidden: [], outputs: outputs, task: task))
        return (network, try ParameterSet(layout: network.layout, values: values))
    }

    @Test func classesCostOneWhenWrong() throws {
        let data = try Dataset(features: .float32([1, -1, 2]), dimension: 1, targets: .classes([0, 0, 1]))
        let (network, model) = try linear(.classes, outputs: 2, [1, -1, 0, 0])
        #expect(network.costs(model, data, rows: [0, 1, 2]) == [0, 1, 1])
        let majority = MajorityAnswer(task: .classes, classes: 2, data: data, rows: [0, 1, 2])
        #expect(majority.costs(data, rows: [2, 0]) == [1, 0])
    }

    @Test func scoresCostWhatSpearmanMisses() throws {
        let data = try Dataset(features: .float32([1, 2, 3, 5, 5]), dimension: 1, targets: .scores([1, 3, 2, 4, 9]))
        let rows = [0, 1, 2, 3, 4]
        let (network, model) = try linear(.scores, outputs: 1, [1, 0])
        let (_, stretched) = try linear(.scores, outputs: 1, [100, 40])
        let costs = network.costs(model, data, rows: rows)
        let rho = Metrics.spearman([1, 2, 3, 5, 5], [1, 3, 2, 4, 9])
        #expect(abs(Metrics.mean(costs) - (1 - rho)) < 1e-12)
        #expect(costs[0] < costs[1])
        #expect(network.costs(stretched, data, rows: rows) == costs)
        let majority = MajorityAnswer(task: .scores, classes: 2, data: data, rows: rows)
        #expect(majority.costs(data, rows: rows) == [1, 1, 1, 1, 1])
    }

    @Test func memoriesCostWhatTheAreaMisses() throws {
        let data = try Dataset(
            features: .float32([1, -1, 2, -2, 0.5, 1]), dimension: 1, targets: .classes([1, 0, 1, 0, 0, 0]))
        let (network, model) = try linear(.remembered, outputs: 1, [1, 0])
        let (_, stretched) = try linear(.remembered, outputs: 1, [9, 7])
        let rows = [0, 1, 2, 3, 4, 5]
        let costs = network.costs(model, data, rows: rows)
        let area = Metrics.auc([1, -1, 2, -2, 0.5, 1], positive: [true, false, true, false, false, false])
        #expect(abs(Metrics.mean(costs) - (1 - area)) < 1e-12)
        // The first stands above three of four, and level with one.
        for (cost, expected) in zip(costs, [0.125, 0, 0, 0, 0, 0.25]) { #expect(abs(cost - expected) < 1e-12) }
        #expect(network.costs(stretched, data, rows: rows) == costs)
        let majority = MajorityAnswer(task: .remembered, classes: 2, data: data, rows: rows)
        #expect(majority.costs(data, rows: rows) == [0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
        #expect(network.costs(model, data, rows: [0, 2]) == [0, 0])
    }
}
