// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramLearning

@Suite(.timeLimit(.minutes(5))) struct GramDescentTests {
    private func data(_ rows: Int, _ inputs: Int) throws -> Dataset {
        var generator = SeededGenerator(seed: 4, "gram")
        return try Dataset(
            features: .float32((0..<rows * inputs).map { _ in Float(generator.normal()) }), dimension: inputs,
            targets: .classes((0..<rows).map { Int32($0 % 3) }))
    }

    private func start(_ network: Network) -> ParameterSet {
        var generator = SeededGenerator(seed: 5, "start")
        var model = ParameterSet(zeros: network.layout)
        for i in model.values.indices { model.values[i] = Float(0.2 * generator.normal()) }
        return model
    }

    /// Many small steps by the rows' products end where steps by the rows themselves do; the losses on the way are the same.
    @Test(arguments: [[7], [7, 4]]) func endsWherePlainStepsEnd(hidden: [Int]) throws {
        let data = try data(12, 40)
        let network = Network(ModelSpec(inputs: 40, hidden: hidden, outputs: 3, task: .classes))
        let rows = [0, 2, 3, 5, 6, 7, 9, 11]
        let sgd = SGD(rate: 0.1, batch: 100, epochs: 20)
        let gram = try #require(GramDescent(network, sgd, Terms(), rows: rows.count))
        var fast = start(network).values
        let sum = gram.train(&fast, on: data, rows: rows, steps: 20, rate: 0.1)
        var plain = start(network).values
        let pass = GradientPass(network, batch: rows.count)
        var descent = Descent(network, sgd, Terms())
        var expected = 0.0
        for _ in 0..<20 {
            expected += pass.run(plain, data, rows: rows) * Double(rows.count)
            descent.step(&plain, along: pass, rate: 0.1)
        }
        #expect(abs(sum - expected) < 1e-4 * expected)
        for (a, b) in zip(fast, plain) { #expect(abs(a - b) < 1e-5) }
        #expect(fast != start(network).values)
    }

    @Test func theTrainerTakesItAndDrawsAsEver() throws {
        let data = try data(12, 40)
        let network = Network(ModelSpec(inputs: 40, hidden: [7], outputs: 3, task: .classes))
        let rows = Array(0..<9)
        var model = start(network), values = start(network).values
        var draws = SeededGenerator(seed: 1, "draws"), same = draws
        let sgd = SGD(rate: 0.1, batch: 9, epochs: 8)
        let (loss, steps) = Trainer(network, sgd).train(&model, on: data, rows: rows, using: &draws)
        let sum = try #require(GramDescent(network, sgd, Terms(), rows: 9)).train(
            &values, on: data, rows: rows, steps: 8, rate: 0.1)
        #expect(steps == 8 && abs(loss - sum / 72) < 1e-12)
        #expect(model.values == values)
        var batches = Trainer(network, sgd).batches(of: rows, using: same)
        while batches.next() != nil {}
        same = batches.generator
        #expect(draws.next() == same.next())
    }

    @Test func onlyWhereItAppliesAndPays() {
        let network = Network(ModelSpec(inputs: 40, hidden: [7], outputs: 3, task: .classes))
        let sgd = SGD(rate: 0.1, batch: 9, epochs: 8)
        #expect(GramDescent(network, sgd, Terms(), rows: 9) != nil)
        #expect(GramDescent(network, sgd, Terms(), rows: 10) == nil, "two batches")
        #expect(GramDescent(network, SGD(rate: 0.1, batch: 9, epochs: 1), Terms(), rows: 9) == nil, "one step")
        #expect(GramDescent(network, SGD(rate: 0.1, momentum: 0.9, batch: 9, epochs: 8), Terms(), rows: 9) == nil)
        #expect(GramDescent(network, SGD(rate: 0.1, batch: 90, epochs: 8), Terms(), rows: 80) == nil, "more rows than inputs")
        #expect(GramDescent(network, sgd, Terms(frozen: [0..<3]), rows: 9) == nil)
        let linear = Network(ModelSpec(inputs: 40, hidden: [], outputs: 3, task: .classes))
        #expect(GramDescent(linear, sgd, Terms(), rows: 9) == nil)
    }
}
