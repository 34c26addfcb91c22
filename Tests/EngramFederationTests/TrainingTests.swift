// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// Equalities that the methods' papers imply.
@Suite(.timeLimit(.minutes(5))) struct TrainingTests {
    let toy: ToyFederation

    init() throws { toy = try ToyFederation(groups: [0, 1, 0, 1]) }

    private func digests(_ change: (inout Recipe) -> Void) throws -> [SlotID: Digest] {
        var run = ToyRun(ToyFederation.recipe(change), toy)
        try run.run()
        return run.slots
    }

    @Test func proximalWithoutPullIsPlainTraining() throws {
        let plain = try digests { $0.hidden = [5] }
        let proximal = try digests {
            $0.hidden = [5]
            var training = ProximalTraining()
            training.mu = 0
            $0.training = training
        }
        #expect(plain == proximal)
        let pulled = try digests {
            $0.hidden = [5]
            var training = ProximalTraining()
            training.mu = 0.5
            $0.training = training
        }
        #expect(plain != pulled)
    }

    @Test(arguments: [0, 0.7]) func dittoSharesWhatFedAvgShares(lambda: Double) throws {
        let plain = try digests { $0.hidden = [5] }
        let ditto = try digests {
            $0.hidden = [5]
            var training = DittoTraining()
            training.lambda = lambda
            $0.training = training
        }
        #expect(plain == ditto)
    }

    @Test func dittoWithoutPullIsLocalTraining() throws {
        var run = ToyRun(
            ToyFederation.recipe {
                $0.hidden = [5]
                $0.localReference = true
                var training = DittoTraining()
                training.lambda = 0
                $0.training = training
            }, toy)
        try run.run()
        for agent in toy.shards.keys {
            let memory = try #require(run.memories[agent]?[4])
            let personal = try #require(memory.personal[.cluster(1)])
            #expect(personal == memory.local)
        }
    }

    @Test func dittoWithAStrongPullStaysAtItsAnchor() throws {
        let shard = try #require(toy.shards[.toy(1)])
        func distance(_ lambda: Double) -> Double {
            let network = Network(ModelSpec(fitting: shard, hidden: []))
            let sgd = SGD(rate: 0.01, batch: 8, epochs: 20)
            var anchor = ParameterSet(zeros: network.layout)
            for i in anchor.values.indices { anchor.values[i] = Float(i % 3) }
            var step = LocalStep(
                trainer: Trainer(network, sgd), shard: shard, rows: shard.train, round: 1, rounds: 1, rate: 0.01,
                slot: .cluster(1), offers: [:], received: anchor, personal: nil, generator: SeededGenerator(seed: 1))
            var training = DittoTraining()
            training.lambda = lambda
            training.train(&step)
            return Kernels.norm(Kernels.subtract(step.personal?.values ?? [], anchor.values))
        }
        #expect(distance(90) < distance(0) / 20)
        #expect(distance(1) < distance(0))
    }

    @Test func plainTrainingKeepsTheFineTunedModel() throws {
        var run = ToyRun(ToyFederation.recipe(), toy)
        try run.run()
        // The upload of the last training round is that model minus the received one.
        let memory = try #require(run.memories[.toy(0)]?[4])
        let upload = try #require(run.memories[.toy(0)]?[3]?.personal[.cluster(1)])
        #expect(memory.personal[.cluster(1)] != upload)
        #expect(memory.local == nil)
    }

    @Test func momentumWithoutMemoryIsReplacement() throws {
        let replaced = try digests { $0.hidden = [5] }
        let moved = try digests {
            $0.hidden = [5]
            var step = MomentumStep()
            step.beta = 0
            $0.server = step
        }
        #expect(replaced == moved)
    }

    @Test func trimmedMeanOfNothingTrimmedIsTheMeanOfEqualShards() throws {
        var trimmed = TrimmedMean()
        trimmed.trim = 0
        let updates: [[Float]] = [[1, 2], [3, 4], [8, 0]]
        let batch = UpdateBatch(toyWeights: [5, 5, 5]) { updates[$0] }
        #expect(try trimmed.combining(batch, count: 2) == [4, 2])
        #expect(try WeightedMean().combining(batch, count: 2) == [4, 2])
    }
}
