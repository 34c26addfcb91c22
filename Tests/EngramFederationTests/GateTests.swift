// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct GateTests {
    /// What the gate chooses when the cluster's model costs 1 in every row.
    private func choice(_ costs: [Row: [Double]], _ priors: [Row: GatePrior] = [:]) -> Row {
        var costs = costs
        let rows = costs.values.first?.count ?? 0
        costs[.cluster] = [Double](repeating: 1, count: rows)
        var gains: [Row: AnswerGain] = [:]
        for (row, own) in costs where row != .cluster { gains[row] = AnswerGain(own, against: costs[.cluster] ?? []) }
        return Gate.choice(costs, gains, priors)
    }

    @Test func aLuckyRowIsNotEnough() {
        // One row of ten is better: mean .1, standard error .1.
        #expect(choice([.personal: [0, 1, 1, 1, 1, 1, 1, 1, 1, 1]]) == .cluster)
        #expect(choice([.personal: [0, 2]]) == .cluster)
    }

    @Test func aSteadyGainIs() {
        #expect(choice([.personal: [0, 0, 0, 1, 1, 1, 1, 1, 1, 1]]) == .personal)
        #expect(choice([.local: [0.9, 0.9]]) == .local)
        #expect(choice([.local: [1.1, 1.1]]) == .cluster)
    }

    @Test func whatOwesMoreToOthersKeepsItsPlace() {
        #expect(choice([.personal: [0.5, 0.6, 0.5, 0.6], .local: [0.4, 0.7, 0.4, 0.6]]) == .personal)
        #expect(choice([.personal: [0.5, 0.6, 0.5, 0.6], .local: [0.1, 0.2, 0.1, 0.2]]) == .local)
    }

    @Test func withoutRowsNothingIsReplaced() {
        #expect(choice([.personal: []]) == .cluster)
        #expect(choice([.personal: [0]]) == .cluster)
    }

    /// Same order, better chances: a person who remembers whatever he sees.
    @Test func levelsDecideWhereTheOrderIsTheSame() throws {
        let network = Network(ModelSpec(inputs: 1, hidden: [], outputs: 1, task: .remembered))
        let rows = 24
        let data = try Dataset(
            features: .float32((0..<rows).map { Float($0 % 7) - 3 }), dimension: 1,
            targets: .classes((0..<rows).map { $0 % 7 < 1 || $0 == 9 ? 0 : 1 }))
        let shard = try Shard(
            observer: "a", task: .remembered, classes: 2, data: data, train: [], validation: Array(0..<rows), test: [])
        func gate(slope: Float, threshold: Float) throws -> Row {
            let shared = Answer(try ParameterSet(layout: network.layout, values: [1, 0]))
            let own = Answer(try ParameterSet(layout: network.layout, values: [slope, threshold]))
            let majority = MajorityAnswer(task: .remembered, classes: 2, data: data, rows: [])
            return Gate(shard: shard, network: network, majority: majority, answers: [.cluster: shared, .personal: own]).rows
                .chosen
        }
        #expect(try gate(slope: 1, threshold: 2) == .personal)
        #expect(try gate(slope: 1, threshold: -2) == .cluster)
        #expect(try gate(slope: 1, threshold: 0) == .cluster)
    }

    @Test func peersDecideWhereRowsAreFew() {
        let good = GatePrior(mean: 0.2, variance: 0.001)
        // Unlucky in two rows, where nearly everybody gains .2.
        #expect(choice([.personal: [0.8, 1.3]], [.personal: good]) == .personal)
        #expect(choice([.personal: []], [.personal: good]) == .personal)
        // Many steady rows outweigh what others found.
        #expect(choice([.personal: [Double](repeating: 1.1, count: 40)], [.personal: good]) == .cluster)
        // What nobody else gains by is not believed on the strength of a few rows.
        #expect(choice([.personal: [0, 1.3]]) == .cluster)
        #expect(choice([.local: [0.3, 0.8]], [.local: GatePrior(mean: -0.2, variance: 0.001)]) == .cluster)
    }
}
