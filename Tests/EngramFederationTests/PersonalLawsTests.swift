// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// Limits and closed forms that the papers of the personal methods imply.
@Suite(.timeLimit(.minutes(5))) struct PersonalLawsTests {
    private func run(groups: [Int] = [0, 1, 1], _ change: (inout Recipe) -> Void) throws -> ToyRun {
        var run = ToyRun(
            ToyFederation.recipe {
                $0.hidden = [5]
                $0.localReference = true
                change(&$0)
            }, try ToyFederation(groups: groups))
        try run.run()
        return run
    }

    private func memory(_ run: ToyRun, _ agent: Int = 0) throws -> AgentMemory {
        try #require(run.memories[.toy(agent)]?[run.recipe.rounds])
    }

    // MARK: APFL

    @Test(arguments: [0.0, 1.0]) func theEndsOfAMixture(alpha: Double) throws {
        var training = MixedTraining()
        (training.alpha, training.adaptive) = (alpha, false)
        let mixed = try run { $0.training = training }
        let plain = try run { _ in }
        #expect(mixed.slots == plain.slots)
        let own = try #require(memory(mixed).personal[.cluster(1)])
        if alpha == 1 {
            #expect(try own == memory(mixed).local)
        } else {
            // A local model that has no share in the answer never moves.
            #expect(try own == #require(mixed.firstModels[.cluster(1)]))
        }
    }

    @Test func anAdaptiveShareStaysAShare() throws {
        let mixed = try run {
            $0.training = MixedTraining()
            $0.optimiser.rate = 2
        }
        let alpha = try #require(memory(mixed).vectors[.cluster(1)]?["alpha"]?.first)
        #expect((0...1).contains(alpha) && alpha != 0.5)
    }

    // MARK: L2GD

    @Test func withoutAttractionNobodyMatters() throws {
        var training = CoinTraining()
        training.lambda = 0
        let together = try run { $0.training = training }
        let alone = try run(groups: [0]) { $0.training = training }
        #expect(try memory(together).personal[.cluster(1)] == memory(alone).personal[.cluster(1)])
    }

    @Test func withAllAttractionTheMeanIsWhatEveryoneHas() throws {
        var training = CoinTraining()
        training.lambda = 1e6
        let run = try run { $0.training = training }
        // The last exchange evaluates what was received, drawn wholly to the mean: the personal row is the cluster's.
        for rows in run.machine.state.rows.values { #expect(rows.test[.personal] == rows.test[.cluster]) }
    }

    @Test func tossesFollowTheirChance() {
        var sum = 0
        for seed in 0..<4000 { sum += CoinTraining.tosses(SeededGenerator(seed: UInt64(seed)), until: 0.25) }
        #expect(abs(Double(sum) / 4000 - 4) < 0.25)
    }

    // MARK: A quadratic by hand

    /// y = 2x − 1 + noise, one input: f(w, b) = ½ mean (wx + b − y)².
    private static func line(slope: Float = 2, rows: Int = 12, seed: UInt64 = 3) throws -> Shard {
        var generator = SeededGenerator(seed: seed)
        let x = (0..<rows).map { _ in Float(generator.normal()) }
        let y = x.map { slope * $0 - 1 + Float(generator.normal() * 0.1) }
        return try Shard(
            observer: "line", task: .scores, classes: 1,
            data: Dataset(features: .float32(x), dimension: 1, targets: .scores(y)), train: Array(0..<rows), validation: [],
            test: [])
    }

    /// The Hessian's entries and the gradient's constant part: ∇f(θ) = Hθ − g.
    private static func quadratic(_ shard: Shard) -> (h: (Double, Double, Double), g: (Double, Double)) {
        let x = shard.data.floats(rows: shard.train).map { Double($0) }
        let y = shard.train.map { Double(shard.data.scores[$0]) }
        let n = Double(x.count)
        return (
            (zip(x, x).reduce(0) { $0 + $1.0 * $1.1 } / n, x.reduce(0, +) / n, 1),
            (zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } / n, y.reduce(0, +) / n)
        )
    }

    private static func step(_ shard: Shard, start: [Float], rate: Double, epochs: Int = 1, batch: Int = 100) throws -> LocalStep
    {
        let network = Network(ModelSpec(fitting: shard, hidden: []))
        return LocalStep(
            trainer: Trainer(network, SGD(rate: rate, batch: batch, epochs: epochs)), shard: shard, rows: shard.train, round: 1,
            rounds: 2, rate: rate, slot: .cluster(1), offers: [:],
            received: try ParameterSet(layout: network.layout, values: start), personal: nil, generator: SeededGenerator(seed: 1))
    }

    @Test func theMoreauStepReachesTheProximalPoint() throws {
        let shard = try Self.line()
        var step = try Self.step(shard, start: [0.5, 0.5], rate: 0.1)
        var training = MoreauTraining()
        (training.lambda, training.innerRate, training.innerSteps) = (2, 0.2, 400)
        training.train(&step)
        // (H + λI)θ = g + λw
        let (h, g) = Self.quadratic(shard)
        let (a, b, d) = (h.0 + 2, h.1, h.2 + 2)
        let (r, s) = (g.0 + 2 * 0.5, g.1 + 2 * 0.5)
        let det = a * d - b * b
        let point = [(d * r - b * s) / det, (a * s - b * r) / det]
        let own = try #require(step.personal).values
        for i in 0..<2 {
            #expect(abs(Double(own[i]) - point[i]) < 1e-5)
            // w ← w − ηλ(w − θ)
            #expect(abs(Double(step.model.values[i]) - (0.5 - 0.1 * 2 * (0.5 - point[i]))) < 1e-5)
        }
    }

    @Test(arguments: [MetaGradient.Order.first, .hessianFree]) func theMetaGradientOfAQuadratic(order: MetaGradient.Order) throws
    {
        let shard = try Self.line()
        let network = Network(ModelSpec(fitting: shard, hidden: []))
        let start: [Float] = [0.3, 0.7]
        let alpha = 0.3
        let (_, found) = MetaGradient(rate: alpha, order: order)(
            GradientPass(network, batch: shard.train.count), start, shard.data, inner: shard.train[...], outer: shard.train[...],
            curvature: shard.train[...])
        let (h, g) = Self.quadratic(shard)
        func slope(_ w: (Double, Double)) -> (Double, Double) {
            (h.0 * w.0 + h.1 * w.1 - g.0, h.1 * w.0 + h.2 * w.1 - g.1)
        }
        let first = slope((0.3, 0.7))
        var expected = slope((0.3 - alpha * first.0, 0.7 - alpha * first.1))
        if order == .hessianFree {
            let v = expected
            expected = (v.0 - alpha * (h.0 * v.0 + h.1 * v.1), v.1 - alpha * (h.1 * v.0 + h.2 * v.1))
        }
        #expect(abs(Double(found[0]) - expected.0) < 2e-3 && abs(Double(found[1]) - expected.1) < 2e-3)
    }

    @Test func theMetaModelIsUsedAfterOneStep() throws {
        let shard = try Self.line()
        var step = try Self.step(shard, start: [0, 0], rate: 0.1)
        var training = MetaTraining()
        training.innerRate = 0.5
        training.arrive(&step)
        let (_, g) = Self.quadratic(shard)
        let answer = try #require(step.answer).values
        #expect(abs(Double(answer[0]) - 0.5 * g.0) < 1e-5 && abs(Double(answer[1]) - 0.5 * g.1) < 1e-5)
    }

    // MARK: SCAFFOLD

    @Test func controlVariatesOfIdenticalAgentsCancel() throws {
        let shard = try Self.line()
        let scaffold = try Self.federate([shard, shard, shard], Scaffold(), rounds: 6)
        let plain = try Self.federate([shard, shard, shard], PlainTraining(), rounds: 6)
        #expect(zip(scaffold, plain).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    /// Two quadratics of different curvature: many local steps lead FedAvg away from the minimum of their mean, SCAFFOLD to it.
    @Test func controlVariatesCancelDrift() throws {
        let wide = try Self.line(slope: 4, rows: 20, seed: 1)
        let narrow = try Shard(
            observer: "narrow", task: .scores, classes: 1,
            data: Dataset(
                features: .float32(wide.data.floats(rows: wide.train).map { $0 * 0.3 }), dimension: 1,
                targets: .scores(wide.train.map { Float(-0.5) * wide.data.scores[$0] })), train: wide.train, validation: [],
            test: [])
        let (p, q) = (Self.quadratic(wide), Self.quadratic(narrow))
        let (a, b, d) = ((p.h.0 + q.h.0) / 2, (p.h.1 + q.h.1) / 2, (p.h.2 + q.h.2) / 2)
        let (r, s) = ((p.g.0 + q.g.0) / 2, (p.g.1 + q.g.1) / 2)
        let det = a * d - b * b
        let best = [(d * r - b * s) / det, (a * s - b * r) / det]
        func miss(_ values: [Float]) -> Double { zip(values, best).map { abs(Double($0) - $1) }.max() ?? .infinity }
        let drifted = miss(try Self.federate([wide, narrow], PlainTraining(), rounds: 120))
        #expect(miss(try Self.federate([wide, narrow], Scaffold(), rounds: 120)) < 1e-3)
        #expect(drifted > 0.1)
    }

    @Test func theEffectiveWeightOfStepsWithMomentum() {
        #expect(Scaffold.gradientWeight(steps: 5, momentum: 0) == 5)
        // v: 1, 1.5, 1.75; moved together: 4.25
        #expect(abs(Scaffold.gradientWeight(steps: 3, momentum: 0.5) - 4.25) < 1e-12)
    }

    private static func federate(_ shards: [Shard], _ training: any LocalTraining, rounds: Int) throws -> [Float] {
        let toy = ToyFederation(
            shards: Dictionary(uniqueKeysWithValues: shards.enumerated().map { (.toy($0.offset), $0.element) }))
        var run = ToyRun(
            ToyFederation.recipe {
                $0.training = training
                $0.rounds = rounds
                $0.optimiser = SGD(rate: 0.1, batch: 100, epochs: 10)
            }, toy)
        try run.run()
        let exchange = try #require(run.machine.exchange)
        let slot = try #require(run.machine.state.book.slots.first)
        let blob = try ParameterSet(safetensors: run.blobs[slot.model] ?? [], layout: exchange.layout)
        return try #require(exchange.parts(of: blob)).model.values
    }

    // MARK: What travels, and when agents fine-tune

    @Test func normalisationStaysWithTheAgent() throws {
        let network = Network(ModelSpec(inputs: 4, hidden: [3], outputs: 2, task: .classes, normalisation: .batch))
        var sharing = ShareAllButNorms()
        #expect(sharing.shared(of: network).tensors.allSatisfy { !$0.name.contains("norm") })
        sharing.kept = .statistics
        let names = sharing.shared(of: network).tensors.map(\.name)
        #expect(names.contains { $0.hasSuffix("norm.weight") } && !names.contains { $0.hasSuffix("norm.mean") })
        #expect(ShareHead().shared(of: network).tensors.map(\.name) == network.headNames)
        var recipe = Recipe()
        recipe.sharing = ShareAllButNorms()
        #expect(throws: RecipeError.self) { try recipe.validate() }
    }

    @Test func theBodyIsTrainedUnderOneHead() throws {
        let run = try run {
            $0.sharing = ShareBase()
            $0.training = BodyTraining()
        }
        let network = try #require(run.machine.network)
        let own = run.recipe.initialModel(network, 0)
        // No agent keeps a head of its own before the end, where it is tuned: then the answer is another one.
        #expect(try memory(run).personal.isEmpty)
        var step = try tuned(run, own)
        #expect(step.answer == nil)
        step = try tuned(run, own, round: run.recipe.rounds + 1)
        let answer = try #require(step.answer)
        #expect(answer.values[network.headRange] != own.values[network.headRange])
    }

    private func tuned(_ run: ToyRun, _ model: ParameterSet, round: Int = 1) throws -> LocalStep {
        let participant = try #require(run.participants[.toy(0)])
        var step = LocalStep(
            trainer: Trainer(participant.network, run.recipe.optimiser), shard: participant.shard, rows: participant.shard.train,
            round: round, rounds: run.recipe.rounds, rate: 0.1, slot: .cluster(1), offers: [:], received: model, personal: nil,
            generator: SeededGenerator(seed: 1))
        run.recipe.training.arrive(&step)
        return step
    }

    @Test func fineTuningHappensInTheEndAndPays() throws {
        let run = try run(groups: [0, 1]) {
            $0.training = FineTuning()
            $0.rounds = 3
        }
        let model = try #require(run.firstModels[.cluster(1)])
        #expect(try tuned(run, model).answer == nil)
        let answer = try #require(tuned(run, model, round: 4).answer)
        let shard = try #require(run.participants[.toy(0)]).shard
        let network = try #require(run.machine.network)
        #expect(
            network.evaluate(answer, shard.data, rows: shard.train).loss
                < network.evaluate(model, shard.data, rows: shard.train).loss)
    }

    @Test func alternationTrainsBothParts() throws {
        let run = try run {
            $0.sharing = ShareBase()
            $0.training = AlternatingTraining()
        }
        let network = try #require(run.machine.network)
        let initial = run.recipe.initialModel(network, 0)
        let own = try #require(memory(run).personal[.cluster(1)])
        #expect(own.values[network.headRange] != initial.values[network.headRange])
        #expect(own.values[..<network.headRange.lowerBound] != initial.values[..<network.headRange.lowerBound])
    }
}
