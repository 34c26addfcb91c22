// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Trainer", .timeLimit(.minutes(5)))
struct TrainerTests {
    @Test("reaches the closed form of least squares", arguments: [0.0, 0.6])
    func closedForm(momentum: Double) throws {
        let data = try Toy.data(.scores, rows: 60, inputs: 5)
        let rows = Array(0..<60)
        let network = Toy.network(.scores, inputs: 5, hidden: [])
        var statistics = RidgeStatistics(dimension: 5, outputs: 1)
        statistics.add(data, rows: rows)
        let exact = try statistics.solve(strength: 0, for: network)
        var generator = SeededGenerator(seed: 1)
        var parameters = network.initial(using: &generator)
        let sgd = SGD(rate: 0.1, momentum: momentum, batch: 60, epochs: 800)
        let (loss, steps) = Trainer(network, sgd).train(&parameters, on: data, rows: rows, using: &generator)
        #expect(steps == 800)
        #expect(loss.isFinite)
        #expect(Kernels.norm(Kernels.subtract(parameters.values, exact.values)) < 1e-3)
    }

    @Test(
        "the proximal term's fixed point: with all weight on the pull, w is the anchor; in between, the ridge solution around it")
    func proximal() throws {
        // One feature that is always 1, no noise: minimise ½(w + b − 2)² + ½μ(w² + b²) → w = b = 2 / (2 + μ).
        let data = try Dataset(features: .float32([1, 1, 1, 1]), dimension: 1, targets: .scores([2, 2, 2, 2]))
        let network = Toy.network(.scores, inputs: 1, hidden: [])
        let anchor = ParameterSet(zeros: network.layout)
        for strength in [0.5, 3.0] {
            var generator = SeededGenerator(seed: 1)
            var parameters = anchor
            let trainer = Trainer(network, SGD(rate: 0.1, batch: 4, epochs: 500))
            _ = trainer.train(
                &parameters, on: data, rows: [0, 1, 2, 3], terms: Terms(pull: Pull(anchor: anchor, strength: strength)),
                using: &generator)
            for value in parameters.values { #expect(abs(Double(value) - 2 / (2 + strength)) < 1e-4) }
            var decayed = anchor
            let decay = Trainer(network, SGD(rate: 0.1, weightDecay: strength, batch: 4, epochs: 500))
            _ = decay.train(&decayed, on: data, rows: [0, 1, 2, 3], using: &generator)
            #expect(zip(decayed.values, parameters.values).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test("frozen ranges stay as they are, the others move")
    func frozen() throws {
        let network = Toy.network(.classes, inputs: 6, hidden: [5])
        let data = try Toy.data(.classes, rows: 50, inputs: 6)
        let start = Toy.parameters(network)
        let head = network.headNames.compactMap { network.layout.range(of: $0) }
        var parameters = start
        var generator = SeededGenerator(seed: 1)
        let sgd = SGD(rate: 0.1, momentum: 0.9, weightDecay: 0.1)
        _ = Trainer(network, sgd).train(&parameters, on: data, rows: Array(0..<50), terms: Terms(frozen: head), using: &generator)
        for range in head { #expect(parameters.values[range] == start.values[range]) }
        let body = 0..<(head.first?.lowerBound ?? 0)
        #expect(zip(parameters.values[body], start.values[body]).contains { $0 != $1 })
    }

    @Test("nothing changes without epochs or rows")
    func nothing() throws {
        let network = Toy.network(.classes, inputs: 6, hidden: [])
        let data = try Toy.data(.classes, rows: 5, inputs: 6)
        let start = Toy.parameters(network)
        var parameters = start
        var generator = SeededGenerator(seed: 1)
        #expect(Trainer(network, SGD(epochs: 0)).train(&parameters, on: data, rows: [1], using: &generator) == (0, 0))
        #expect(Trainer(network, SGD()).train(&parameters, on: data, rows: [], using: &generator) == (0, 0))
        #expect(parameters == start)
    }

    @Test("one step is the formula, and no row is left out")
    func steps() throws {
        let network = Toy.network(.remembered, inputs: 3, hidden: [4])
        let data = try Toy.data(.remembered, rows: 7, inputs: 3)
        let start = Toy.parameters(network)
        var parameters = start
        var generator = SeededGenerator(seed: 1)
        let trainer = Trainer(network, SGD(rate: 0.05, batch: 7, epochs: 1))
        let (loss, steps) = trainer.train(&parameters, on: data, rows: Array(0..<7), rate: 0.5, using: &generator)
        let (before, gradient) = network.gradient(start, data, rows: Array(0..<7))
        #expect(steps == 1)
        #expect(abs(loss - before) < 1e-6)
        for i in start.values.indices { #expect(abs(parameters.values[i] - (start.values[i] - 0.5 * gradient.values[i])) < 1e-6) }
        let partial = Trainer(network, SGD(batch: 3, epochs: 2))
        #expect(partial.train(&parameters, on: data, rows: Array(0..<7), using: &generator).steps == 6)
    }

    @Test("the same seed gives the same bits, another one does not")
    func deterministic() throws {
        let network = Toy.network(.classes, inputs: 20, hidden: [16])
        let data = try Toy.data(.classes, rows: 100, inputs: 20)
        func train(_ seed: UInt64) -> ParameterSet {
            var generator = SeededGenerator(seed: seed)
            var parameters = network.initial(using: &generator)
            _ = Trainer(network, SGD(momentum: 0.5)).train(&parameters, on: data, rows: Array(0..<100), using: &generator)
            return parameters
        }
        #expect(train(1) == train(1))
        #expect(train(1) != train(2))
    }

    @Test("learns classes that are separable, deep or linear", arguments: [[], [16], [16, 8]])
    func learns(hidden: [Int]) throws {
        var generator = SeededGenerator(seed: 4)
        var features: [Float] = []
        var labels: [Int32] = []
        for row in 0..<300 {
            let label = row % 3
            for j in 0..<6 { features.append(Float(generator.normal() * 0.3) + (j % 3 == label ? 1 : 0)) }
            labels.append(Int32(label))
        }
        let data = try Dataset(features: .float32(features), dimension: 6, targets: .classes(labels))
        let network = Toy.network(.classes, inputs: 6, hidden: hidden)
        var parameters = network.initial(using: &generator)
        _ = Trainer(network, SGD(rate: 0.1, momentum: 0.9, epochs: 20)).train(
            &parameters, on: data, rows: Array(0..<200), using: &generator)
        let test = network.evaluate(parameters, data, rows: Array(200..<300))
        #expect(test.metric > 0.9)
        let majority = MajorityAnswer(task: .classes, classes: 3, data: data, rows: Array(0..<200))
        #expect(test.loss < majority.evaluate(data, rows: Array(200..<300)).loss)
    }

    @Test("settings that cannot train are named")
    func problems() {
        #expect(SGD().problem == nil)
        for bad in [
            SGD(rate: 0), SGD(rate: .nan), SGD(momentum: 1), SGD(weightDecay: -1), SGD(batch: 0), SGD(epochs: -1), SGD(decay: 2),
        ] {
            #expect(bad.problem != nil)
        }
        #expect(abs(SGD(rate: 1, decay: 0.5).rate(round: 3) - 0.25) < 1e-12)
    }
}
