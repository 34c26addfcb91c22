// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct FedSoftTests {
    private func grouping(_ clusters: Int, warmUp: Int = 3) -> FedSoft {
        var grouping = FedSoft()
        (grouping.clusters, grouping.warmUp) = (clusters, warmUp)
        return grouping
    }

    private func soft(_ lambda: Double) -> SoftTraining {
        var training = SoftTraining()
        training.lambda = lambda
        return training
    }

    @Test(arguments: [[0, 1, 0, 1, 1, 0], [0, 0, 2, 1, 2, 1, 0]], [[], [8]]) func plantedGroupsAreFound(
        groups: [Int], hidden: [Int]
    )
        throws
    {
        let found = try ToyGrouping(grouping(Set(groups).count), groups: groups, rounds: 10) {
            $0.training = SoftTraining()
            $0.hidden = hidden
        }
        #expect(found.rand == 1)
    }

    /// θₛ = Σ uᵢₛnᵢwᵢ / Σ uᵢₛnᵢ, and a share of nothing counts σ.
    @Test func everyUploadServesEveryCentre() throws {
        let grouping = grouping(2, warmUp: 0)
        let (a, b) = (SlotID.cluster(1), SlotID.cluster(2))
        var desk = try MixingDesk.toy(
            grouping, round: 1, models: [[0, 0], [4, 4]],
            uploads: [
                .init(agent: 0, home: 1, rows: 10, shares: [a: 0.75, b: 0.25], update: [1, 2]),
                .init(agent: 1, home: 2, rows: 30, shares: [a: 0, b: 1], update: [0, -2]),
                .init(agent: 2, home: 2, rows: 50, update: [9, 9]),
            ])
        try grouping.mix(&desk, state: FedSoft.State(centres: [a, b]))
        let models: [[Float]] = [[1, 2], [4, 2]]
        #expect(gap(desk.models[a] ?? [], mean(models, weights: [0.75 * 10, 1e-4 * 30])) < 1e-6)
        #expect(gap(desk.models[b] ?? [], mean(models, weights: [0.25 * 10, 1 * 30])) < 1e-6)
    }

    /// The step of one agent between two centres, the rows of which it has in equal parts.
    private func step(_ centres: [ParameterSet], _ shard: Shard, use: Offers.Use = .home) -> LocalStep {
        let network = Network(ModelSpec(fitting: shard, hidden: []))
        let offers = [
            SlotID.cluster(1): LocalStep.Received(model: centres[0], statistics: [:], use: use),
            .cluster(2): LocalStep.Received(model: centres[1], statistics: [:], use: .probe),
            .reference: LocalStep.Received(model: centres[0], statistics: [:], use: .reference),
        ]
        return LocalStep(
            trainer: Trainer(network, SGD(rate: 0.01, batch: 8, epochs: 30)), shard: shard, rows: shard.train, round: 1,
            rounds: 1, rate: 0.01, slot: .cluster(1), offers: offers, received: centres[0], personal: nil,
            generator: SeededGenerator(seed: 1))
    }

    private func centres(_ shard: Shard) -> [ParameterSet] {
        let network = Network(ModelSpec(fitting: shard, hidden: []))
        return (0..<2).map { k in
            var model = ParameterSet(zeros: network.layout)
            var generator = SeededGenerator(seed: UInt64(k), "centre")
            for i in model.values.indices { model.values[i] = Float(generator.normal()) }
            return model
        }
    }

    @Test func aStrongPullEndsInTheMeanOfTheCentresByShares() throws {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        let centres = centres(shard)
        let network = Network(ModelSpec(fitting: shard, hidden: []))
        let losses = centres.map { network.losses($0, shard.data, rows: shard.train) }
        let first = Double(losses[0].indices.count { losses[0][$0] <= losses[1][$0] }) / Double(losses[0].count)
        #expect(first > 0 && first < 1)
        let middle = mean(centres.map(\.values), weights: [first, 1 - first])
        func end(_ lambda: Double) -> [Float] {
            var step = step(centres, shard)
            soft(lambda).train(&step)
            #expect(step.personal == step.model)
            return step.model.values
        }
        func distance(_ lambda: Double) -> Double { Kernels.norm(Kernels.subtract(end(lambda), middle)) }
        #expect(distance(90) < distance(0) / 20)
        #expect(distance(1) < distance(0))
    }

    @Test func otherSlotsAreTrainedAsUsual() throws {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        var pulled = step(centres(shard), shard, use: .candidate), plain = step(centres(shard), shard, use: .candidate)
        soft(5).train(&pulled)
        PlainTraining().train(&plain)
        #expect(pulled.model == plain.model)
    }

    /// Half of the rows of each source: about half of the shares.
    @Test func aMixedAgentHasSharesOfBoth() throws {
        let toy = try ToyFederation(groups: [0, 1, 0, 1, 0, 1], mixed: 1)
        let found = try ToyGrouping(grouping(2), groups: [], rounds: 12, toy: toy) { $0.training = soft(0.05) }
        let state = try JSONDecoder().decode(FedSoft.State.self, from: found.run.machine.state.grouping)
        let shares = try #require(state.shares[.toy(6)])
        #expect(abs(shares.values.reduce(0, +) - 1) < 1e-9)
        #expect(shares.values.allSatisfy { $0 > 0.25 })
        #expect(try #require(state.shares[.toy(0)]).values.max() ?? 0 > 0.85)
        let other = try #require(found.run.machine.state.phase == .finished ? found.home(6) : nil)
        let alternative = grouping(2).alternative(for: .toy(6), state: state, book: found.book)
        #expect(alternative?.cluster != other && alternative?.figures["share"] ?? 0 > 0.25)
    }

    @Test func withOneCentreAndNoPullItIsFederatedAveraging() throws {
        let found = try ToyGrouping(grouping(1), groups: [0, 1, 0], rounds: 6) { $0.training = soft(0) }
        let plain = try ToyGrouping(Everyone(), groups: [0, 1, 0], rounds: 6)
        #expect(gap(found.model(.cluster(1)), plain.model(.cluster(1))) < 1e-4)
    }

    @Test func randomStartsNeedNoWarmUp() throws {
        let found = try ToyGrouping(grouping(3, warmUp: 0), groups: [0, 1, 0, 1]) {
            $0.training = SoftTraining()
            $0.hidden = [8]
        }
        #expect(found.book.clusters.count == 3)
        #expect(throws: RecipeError.self) { try Recipe(yaml: "preset: fedsoft\nmodel: {hidden: []}\ngrouping: {warm_up: 0}") }
    }

    @Test(arguments: [1, 5]) func whoComesLateFindsItsCentre(round: Int) throws {
        let found = try ToyGrouping(grouping(2), groups: [0, 1, 0, 1, 1, 0, 1], rounds: 10, late: [6: round]) {
            $0.training = SoftTraining()
        }
        #expect(found.rand == 1)
    }

    @Test func softTrainingIsForSoftClustersOnly() throws {
        #expect(throws: RecipeError.self) { try Recipe(yaml: "training: soft") }
        _ = try Recipe(yaml: "grouping: fedsoft\ntraining: sgd")
    }
}
