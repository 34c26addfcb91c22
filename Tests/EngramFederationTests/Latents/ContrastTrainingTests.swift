// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@testable import EngramFederation

/// What the contrasts of models, views and prototypes do to latents.
@Suite(.timeLimit(.minutes(5))) struct ContrastTrainingTests {
    let shard: Shard

    init() throws { shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)]) }

    private let sgd = SGD(rate: 0.05, batch: 8, epochs: 30)

    private func cosine(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
        let (a, b) = (Array(a), Array(b))
        let scale = Kernels.norm(a) * Kernels.norm(b)
        return scale > 0 ? Kernels.dot(a, b) / scale : 0
    }

    /// The mean cosine of rows' latents by two models.
    private func agreement(_ network: Network, _ a: ParameterSet, _ b: ParameterSet) -> Double {
        let (x, y) = (network.latents(a, shard.data, rows: shard.train), network.latents(b, shard.data, rows: shard.train))
        return Metrics.mean(shard.train.indices.map { cosine(x[$0 * 5..<$0 * 5 + 5], y[$0 * 5..<$0 * 5 + 5]) })
    }

    @Test func moonStaysNearTheReceivedModel() throws {
        let network = Network(ModelSpec(fitting: shard, hidden: [5]))
        let previous = network.toy(2)
        func margin(_ mu: Double) -> Double {
            var training = ModelContrastTraining()
            training.mu = mu
            var step = LocalStep.toy(shard, sgd: sgd, personal: previous)
            training.train(&step)
            return agreement(network, step.model, step.received) - agreement(network, step.model, previous)
        }
        #expect(margin(10) > margin(0) + 0.05)
    }

    @Test func moonWithoutAPreviousModelIsPlain() {
        var (moon, plain) = (LocalStep.toy(shard), LocalStep.toy(shard))
        ModelContrastTraining().train(&moon)
        PlainTraining().train(&plain)
        #expect(moon.model == plain.model && moon.loss == plain.loss)
        #expect(moon.personal == moon.model)
    }

    /// How much nearer two new views of an item are than views of two items.
    @Test(arguments: [(1.0, 0.0, Augmentation.weak), (0.5, 2.0, .strong)])
    func viewsOfAnItemFindEachOther(mu: Double, strong: Double, change: Augmentation) throws {
        func margin(_ mu: Double, _ strong: Double) throws -> Double {
            var training = ViewContrastTraining()
            (training.mu, training.strong) = (mu, strong)
            var step = LocalStep.toy(shard, hidden: [16], sgd: sgd)
            training.train(&step)
            var draws = SeededGenerator(seed: 77)
            let views = FeatureViews(shard.data, rows: shard.train)
            func latents(_ change: Augmentation) throws -> [Float] {
                let rows = views.views(of: shard.train, change, using: &draws)
                let data = try Dataset(
                    features: .float32(rows), dimension: 6, targets: .classes([Int32](repeating: 0, count: shard.train.count)))
                return step.network.latents(step.model, data, rows: Array(0..<data.count))
            }
            let (a, b) = (try latents(.weak), try latents(change))
            func near(_ i: Int, _ j: Int) -> Double { cosine(a[i * 16..<i * 16 + 16], b[j * 16..<j * 16 + 16]) }
            let n = shard.train.count
            return Metrics.mean((0..<n).map { near($0, $0) - near($0, ($0 + 1) % n) })
        }
        #expect(try margin(mu, strong) > margin(0, 0))
    }

    @Test func latentsFindTheirPrototype() throws {
        let held: [Float] = (0..<3).flatMap { id in (0..<5).map { $0 == id ? 1 : 0 } + [10] }
        func hits(_ mu: Double) -> Double {
            var training = PrototypeContrastTraining()
            training.mu = mu
            var step = LocalStep.toy(shard, sgd: sgd, statistics: ["prototypes": held])
            training.train(&step)
            let latents = step.network.latents(step.model, shard.data, rows: shard.train)
            return Metrics.mean(
                shard.train.indices.map { i in
                    let row = Array(latents[i * 5..<i * 5 + 5])
                    return cosine(
                        row[...],
                        [0, 0, 0, 0, 0].enumerated().map { $0.offset == Int(shard.data.classes[i]) ? 1 : $0.element }[...])
                })
        }
        #expect(hits(2) > hits(0) + 0.1)
    }

    @Test func stepsAreThoseOfThePass() {
        var (a, b) = (LocalStep.toy(shard), LocalStep.toy(shard))
        let loss = a.pass(&a.model)
        let data = shard.data
        let other = b.steps(&b.model) { values, batch, pass in (pass.run(values, data, rows: batch), pass.gradient) }
        #expect(a.model == b.model && abs(loss - other) < 1e-9)
    }
}
