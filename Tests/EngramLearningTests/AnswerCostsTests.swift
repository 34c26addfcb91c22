// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation
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

    @Test func anOffsetOfScoresCostsNothing() throws {
        let data = try Dataset(features: .float32([1, 2, 3, 5]), dimension: 1, targets: .scores([1, 2, 3, 4]))
        let (network, model) = try linear(.scores, outputs: 1, [1, 0])
        let (_, shifted) = try linear(.scores, outputs: 1, [1, 40])
        let costs = network.costs(model, data, rows: [0, 1, 2, 3])
        // Errors 0 0 0 1, offset .25.
        for (cost, error) in zip(costs, [0.25, 0.25, 0.25, 0.75]) { #expect(abs(cost - error * error / 2) < 1e-9) }
        for (a, b) in zip(costs, network.costs(shifted, data, rows: [0, 1, 2, 3])) { #expect(abs(a - b) < 1e-4) }
    }

    @Test func anOffsetOfChancesCostsNothing() throws {
        let data = try Dataset(features: .float32([1, -1, 2, -2, 0.5]), dimension: 1, targets: .classes([1, 0, 1, 0, 0]))
        let (network, model) = try linear(.remembered, outputs: 1, [1, 0])
        let (_, shifted) = try linear(.remembered, outputs: 1, [1, 7])
        let rows = [0, 1, 2, 3, 4]
        let costs = network.costs(model, data, rows: rows)
        for (a, b) in zip(costs, network.costs(shifted, data, rows: rows)) { #expect(abs(a - b) < 1e-4) }
        // The constant's best chance is the hit rate, 2 of 5.
        let majority = MajorityAnswer(task: .remembered, classes: 2, data: data, rows: rows)
        for (cost, hit) in zip(majority.costs(data, rows: rows), [true, false, true, false, false]) {
            #expect(abs(cost + log(hit ? 0.4 : 0.6)) < 1e-9)
        }
        #expect(network.costs(model, data, rows: [0, 2]) == [0, 0])
    }
}
