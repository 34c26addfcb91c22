// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct MemoryAlignmentTests {
    /// Scores that follow a curve of the first feature; even rows are memorable, odd ones hardly.
    private func shard(_ task: Task = .scores, memorability: Bool = true, name: String = "m") throws -> Shard {
        var generator = SeededGenerator(seed: 3, name)
        let rows = 40
        let x = (0..<rows * 2).map { _ in Float(generator.normal()) }
        let scores = (0..<rows).map { 20 + 6 * x[2 * $0] + Float(generator.normal()) }
        let targets: Dataset.Targets = task == .scores ? .scores(scores) : .classes(scores.map { $0 > 20 ? 1 : 0 })
        return try Shard(
            observer: name, task: task, classes: 2, data: Dataset(features: .float32(x), dimension: 2, targets: targets),
            train: Array(0..<24), validation: Array(24..<32), test: Array(32..<40),
            memorability: memorability ? (0..<rows).map { $0 % 2 == 0 ? 0.9 : 0.1 } : nil)
    }

    private func sent(_ shard: Shard, _ training: MemoryAlignment = MemoryAlignment()) throws -> (LocalStep, [Float]) {
        var step = LocalStep.toy(shard, sgd: SGD(rate: 0.01, batch: 8, epochs: 3))
        training.train(&step)
        return (step, try #require(step.sent["prototypes"]))
    }

    @Test func prototypesAreOfClassAndMemorability() throws {
        let shard = try shard(.classes)
        let (step, values) = try sent(shard)
        #expect(values.count == 2 * 3 * 6)
        let latents = step.network.latents(step.model, shard.data, rows: shard.train)
        for id in 0..<2 {
            for bin in 0..<3 {
                let members = shard.train.indices.filter {
                    Int(shard.data.classes[$0]) == id && ($0 % 2 == 0 ? 2 : 0) == bin
                }
                let start = (id * 3 + bin) * 6
                #expect(Int(values[start + 5]) == members.count)
                for j in 0..<5 {
                    let sum = members.reduce(0.0) { $0 + Double(latents[$1 * 5 + j]) }
                    #expect(abs(Double(values[start + j]) - sum) < 1e-3)
                }
            }
        }
    }

    @Test func withoutMemorabilityAllCountAsOneHalf() throws {
        let (_, values) = try sent(try shard(.classes, memorability: false))
        for key in 0..<6 where key % 3 != 1 { #expect(values[key * 6 + 5] == 0) }
        #expect(values[11] + values[29] == 24)
    }

    @Test func memorableItemsArePulledMost() throws {
        let shard = try shard(.classes)
        // One point for all keys, far from where the latents are.
        let held = [Float]((0..<6).flatMap { _ in [3, 3, 3, 3, 3, 4] })
        var step = LocalStep.toy(shard, sgd: SGD(rate: 0.01, batch: 24, epochs: 40), statistics: ["prototypes": held])
        func distance(_ model: ParameterSet, memorable: Bool) -> Double {
            let rows = shard.train.filter { ($0 % 2 == 0) == memorable }
            return step.network.latents(model, shard.data, rows: rows).reduce(0) { $0 + Double(($1 - 3) * ($1 - 3)) }
        }
        let model = step.received
        let before = (distance(model, memorable: true), distance(model, memorable: false))
        var training = MemoryAlignment()
        training.lambda = 5
        training.train(&step)
        let gained = (before.0 - distance(step.model, memorable: true), before.1 - distance(step.model, memorable: false))
        #expect(gained.0 > 0)
        var alike = LocalStep.toy(shard, sgd: SGD(rate: 0.01, batch: 24, epochs: 40), statistics: ["prototypes": held])
        training.exponent = 0
        training.train(&alike)
        #expect(
            distance(step.model, memorable: true) / distance(step.model, memorable: false)
                < distance(alike.model, memorable: true) / distance(alike.model, memorable: false))
    }

    @Test func rankingOrdersScores() throws {
        let shard = try shard()
        func trained(_ rank: Double) throws -> LocalStep {
            var training = MemoryAlignment()
            training.rank = rank
            return try sent(shard, training).0
        }
        func disorder(_ model: ParameterSet, _ network: Network) -> Double {
            let scores = network.outputs(model, shard.data, rows: shard.train)
            return RankLoss.evaluate(scores: scores, targets: shard.train.map { shard.data.scores[$0] }).loss
        }
        let ranked = try trained(50)
        #expect(disorder(ranked.model, ranked.network) < disorder(ranked.received, ranked.network) / 2)
        #expect(ranked.network.evaluate(ranked.model, shard.data, rows: shard.train).metric > 0.8)
        #expect(try trained(0.1).model != trained(0).model)
    }

    /// The gradient that the rank loss adds is that of the loss on the batch's outputs.
    @Test(arguments: Normalisation.allCases) func pullbackOfOutputsTogether(normalisation: Normalisation) throws {
        let shard = try shard()
        let network = Network(ModelSpec(fitting: shard, hidden: [4], normalisation: normalisation))
        let values = network.toy().values
        let rows = Array(0..<7)
        func loss(_ values: [Float]) -> (Double, [Float]) {
            let pass = GradientPass(network, batch: 7)
            var loss = 0.0
            pass.pullback(values, shard.data, rows: rows[...]) { outputs in
                let ranked = RankLoss.evaluate(scores: outputs, targets: rows.map { shard.data.scores[$0] })
                loss = ranked.loss
                return ranked.gradient
            }
            return (loss, pass.gradient)
        }
        let gradient = loss(values).1
        #expect(Kernels.norm(gradient) > 0.01)
        var misses = 0
        for i in values.indices {
            var (up, down) = (values, values)
            up[i] += 1e-2
            down[i] -= 1e-2
            let slope = (loss(up).0 - loss(down).0) / 2e-2
            if abs(slope - Double(gradient[i])) > 0.01 { misses += 1 }
        }
        // A ReLU may turn on one of the ways.
        #expect(misses <= 2)
    }

    @Test func clustersAlignAmongThemselves() throws {
        var shards: [AgentID: Shard] = [:]
        for i in 0..<3 { shards[.toy(i)] = try shard(name: "m\(i)") }
        var run = ToyRun(
            ToyFederation.recipe {
                $0.hidden = [5]
                $0.optimiser = SGD(rate: 0.005, batch: 8, epochs: 2)
                $0.grouping = Constellation()
                $0.training = MemoryAlignment()
            }, ToyFederation(shards: shards))
        try run.run()
        let cluster = try #require(run.machine.state.book.cluster(of: .toy(0))?.id)
        let held = try #require(try run.content(cluster).statistics["prototypes"])
        #expect(stride(from: 5, to: held.count, by: 6).map { held[$0] } == [36, 0, 36])
    }
}
