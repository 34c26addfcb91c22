// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct TransportTrainingTests {
    private static func training(_ form: FeatureMoments.Form) -> TransportTraining {
        var training = TransportTraining()
        training.form = form
        return training
    }

    /// The same rows, each feature stretched and moved in a way of the agent's own; with `mixes` features are also added to each
    /// other.
    private static func warped(_ shard: Shard, _ number: Int, mixes: Bool) throws -> Shard {
        let d = shard.data.dimension
        var features = shard.data.floats(rows: Array(0..<shard.data.count))
        for row in 0..<shard.data.count {
            let x = Array(features[row * d..<(row + 1) * d])
            for i in 0..<d {
                let mixed = mixes ? x[i] + 0.3 * Float(number) * (x[(i + 1) % d] + x[(i + d - 1) % d]) / 2 : x[i]
                features[row * d + i] = mixed * (1 + Float(number * (i + 1)) * 0.5) + Float(number * (2 * i - 3))
            }
        }
        let data = try Dataset(features: .float32(features), dimension: d, targets: shard.data.targets)
        return try Shard(
            observer: "warped", task: shard.task, classes: shard.classes, data: data, train: shard.train,
            validation: shard.validation, test: shard.test)
    }

    private static func step(_ shard: Shard, held: [Float]) throws -> LocalStep {
        let network = Network(ModelSpec(fitting: shard, hidden: [4]))
        var generator = SeededGenerator(seed: 5)
        let model = network.initial(using: &generator)
        return LocalStep(
            trainer: Trainer(network, SGD(rate: 0.2, batch: 8, epochs: 2)), shard: shard, rows: shard.train, round: 2, rounds: 3,
            rate: 0.2, slot: .cluster(1),
            offers: [.cluster(1): .init(model: model, statistics: [TransportTraining.statistic: held], use: .home)],
            received: model, personal: nil, generator: SeededGenerator(seed: 6))
    }

    private static func moments(_ shard: Shard, _ training: TransportTraining) throws -> [Float] {
        var step = try step(shard, held: [])
        training.train(&step)
        return try #require(step.sent[TransportTraining.statistic])
    }

    private static func gap(_ a: [Float], _ b: [Float]) -> Double { Kernels.norm(Kernels.subtract(a, b)) / Kernels.norm(b) }

    @Test(arguments: FeatureMoments.Form.allCases) func withEqualMomentsItIsPlainTraining(form: FeatureMoments.Form) throws {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        let training = Self.training(form)
        var moved = try Self.step(shard, held: try Self.moments(shard, training)), plain = moved
        training.arrive(&moved)
        #expect(Self.gap(try #require(moved.answer).values, moved.received.values) < 1e-5)
        training.train(&moved)
        PlainTraining().train(&plain)
        #expect(Self.gap(moved.model.values, plain.model.values) < 1e-5)
        #expect(abs(moved.loss - plain.loss) < 1e-5)
    }

    @Test func nothingIsTrainedBeforeThereIsABarycentre() throws {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        let training = Self.training(.diagonal)
        let count = FeatureMoments.codedCount(dimension: ToyFederation.inputs, form: .diagonal)
        var step = try Self.step(shard, held: [Float](repeating: 0, count: count))
        training.arrive(&step)
        training.train(&step)
        #expect(step.answer == nil)
        #expect(step.model == step.received)
        #expect(step.sent[TransportTraining.statistic]?.count == count)
    }

    /// The answer on raw features is the shared model on moved ones.
    @Test(arguments: FeatureMoments.Form.allCases, [Normalisation.none, .input, .batch])
    func theMapGoesIntoTheFirstLayer(form: FeatureMoments.Form, normalisation: Normalisation) throws {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        let other = try Self.warped(shard, 1, mixes: true)
        let (from, to) = (
            FeatureMoments(other.data, rows: other.train, form: form), FeatureMoments(shard.data, rows: shard.train, form: form)
        )
        let map = try GaussianTransport(from: from, to: to)
        let network = Network(ModelSpec(fitting: shard, hidden: [4], normalisation: normalisation))
        var generator = SeededGenerator(seed: 5)
        var model = network.initial(using: &generator)
        for i in model.values.indices { model.values[i] += Float(generator.uniform()) }
        let folded = try network.absorbing(map, in: model)
        let rows = Array(0..<20)
        let expected = network.outputs(model, try other.data.transformed(by: map), rows: rows)
        #expect(Self.gap(network.outputs(folded, other.data, rows: rows), expected) < 1e-5)
    }

    /// Agents whose features are the same but for scale and offset get one model, and answer as if they had none of both.
    @Test func warpedAgentsAnswerAsOne() throws {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        let shards = try Dictionary(
            uniqueKeysWithValues: (0..<3).map { (AgentID.toy($0), try Self.warped(shard, $0, mixes: false)) })
        var run = ToyRun(
            ToyFederation.recipe {
                $0.training = Self.training(.diagonal)
                $0.rounds = 12
            }, ToyFederation(shards: shards))
        try run.run()
        let rows = (0..<3).compactMap { run.machine.state.rows[.toy($0)]?.test[.personal] }
        let first = try #require(rows.first)
        #expect(first.metric > 0.6)
        for other in rows { #expect(abs(other.loss - first.loss) < 0.05 && abs(other.metric - first.metric) < 0.1) }
    }

    @Test func momentsThatNoFeaturesHaveAreRefused() throws {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        let training = Self.training(.full)
        let statistic = try #require(training.statistics(for: Network(ModelSpec(fitting: shard, hidden: []))).first)
        var sent = try Self.moments(shard, training)
        #expect(throws: Never.self) { try statistic.check?(sent) }
        // The covariance of the first two features, far above their variances.
        sent[ToyFederation.inputs + 2] = 1e6
        #expect(throws: LearningError.self) { try statistic.check?(sent) }
        sent[0] = -1
        #expect(throws: LearningError.self) { try statistic.check?(sent) }
    }

    /// Agents without rows, and sums that no Float32 holds, leave the barycentre as it is.
    @Test func aRuleWithoutMomentsKeepsWhatItHad() throws {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        let training = Self.training(.diagonal)
        let statistic = try #require(training.statistics(for: Network(ModelSpec(fitting: shard, hidden: []))).first)
        let own = try Self.moments(shard, training)
        var held = own
        let zeros = [Float](repeating: 0, count: own.count)
        try statistic.rule.join(&held, UpdateBatch([zeros, zeros]), 2)
        #expect(held == own)
        held = zeros
        try statistic.rule.join(&held, UpdateBatch([own, zeros]), 2)
        #expect(zip(held, own).dropFirst().allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func oneRoundIsNotEnough() {
        #expect(throws: RecipeError.self) { try Recipe(yaml: "{preset: fedot, rounds: 1}") }
    }
}
