// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Terms", .timeLimit(.minutes(5)))
struct TermsTests {
    private let network = Toy.network(.classes, inputs: 6, hidden: [5])
    private let data: Dataset
    private let start: ParameterSet
    private let rows = Array(0..<50)

    init() throws {
        data = try Toy.data(.classes, rows: 50, inputs: 6)
        start = Toy.parameters(network)
    }

    private func trained(_ sgd: SGD, _ terms: Terms) -> (values: [Float], loss: Double, generator: SeededGenerator) {
        var parameters = start
        var generator = SeededGenerator(seed: 1)
        let loss = Trainer(network, sgd).train(&parameters, on: data, rows: rows, terms: terms, using: &generator).loss
        return (parameters.values, loss, generator)
    }

    /// The same by its definition, in plain loops.
    private func reference(_ sgd: SGD, _ terms: Terms) -> [Float] {
        var values = start.values
        var velocity = [Float](repeating: 0, count: values.count)
        let pass = GradientPass(network, batch: 50)
        for batch in Trainer(network, sgd).batches(of: rows, using: SeededGenerator(seed: 1)) {
            _ = pass.run(values, data, rows: Array(batch), term: terms.latent)
            let gradient = pass.gradient
            for i in values.indices where !terms.frozen.contains(where: { $0.contains(i) }) {
                var slope = gradient[i] + Float(sgd.weightDecay) * values[i] + (terms.correction?[i] ?? 0)
                if let pull = terms.pull { slope += Float(pull.strength) * (values[i] - pull.anchor.values[i]) }
                velocity[i] = Float(sgd.momentum) * velocity[i] + slope
                values[i] -= Float(sgd.rate) * velocity[i]
            }
        }
        return values
    }

    @Test("every combination is what its formula says", arguments: 0..<32)
    func combinations(bits: Int) {
        let sgd = SGD(rate: 0.05, momentum: bits & 1 == 0 ? 0 : 0.8, weightDecay: 0.1, batch: 16, epochs: 2)
        var terms = Terms()
        if bits & 2 != 0 { terms.pull = Pull(anchor: Toy.parameters(network, seed: 7), strength: 0.6) }
        if bits & 4 != 0 { terms.correction = Toy.parameters(network, seed: 8).values }
        if bits & 8 != 0 { terms.latent = ToyTerm() }
        if bits & 16 != 0 { terms.frozen = [3..<20, 10..<24, 31..<40] }
        let (values, _, _) = trained(sgd, terms)
        let expected = reference(sgd, terms)
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        if bits >= 2 { #expect(values != trained(sgd, Terms()).values) }
        for range in terms.frozen { #expect(values[range] == start.values[range]) }
    }

    @Test("a correction is a shift of the gradient")
    func correction() {
        let shift = Toy.parameters(network, seed: 8).values
        let sgd = SGD(rate: 0.1, batch: 50, epochs: 1)
        let plain = trained(sgd, Terms()).values
        let shifted = trained(sgd, Terms(correction: shift)).values
        for i in plain.indices { #expect(abs(shifted[i] - (plain[i] - 0.1 * shift[i])) < 1e-6) }
        #expect(trained(sgd, Terms(correction: [Float](repeating: 0, count: plain.count))).values == plain)
    }

    @Test("a pull without strength is none; the loss met on the way counts the latent term")
    func nothing() {
        let sgd = SGD(batch: 50, epochs: 1)
        let plain = trained(sgd, Terms())
        #expect(trained(sgd, Terms(pull: Pull(anchor: Toy.parameters(network, seed: 7), strength: 0))).values == plain.values)
        let latents = network.latents(start, data, rows: rows)
        var ignored = [Float](repeating: 0, count: latents.count)
        let term = ToyTerm().add(latents: latents, width: 5, rows: rows, to: &ignored)
        #expect(abs(trained(sgd, Terms(latent: ToyTerm())).loss - plain.loss - term) < 1e-5)
    }

    @Test("batches, pass and steps by hand are the trainer, bit for bit", arguments: Normalisation.allCases)
    func byHand(normalisation: Normalisation) throws {
        let network = Toy.network(.classes, inputs: 6, hidden: [5, 4], normalisation)
        let sgd = SGD(rate: 0.05, momentum: 0.8, weightDecay: 0.1, batch: 16, epochs: 3)
        let terms = Terms(correction: Toy.parameters(network, seed: 8).values)
        let trainer = Trainer(network, sgd)
        var parameters = Toy.positive(network)
        var values = parameters.values
        var generator = SeededGenerator(seed: 1)
        var batches = trainer.batches(of: rows, using: generator)
        let pass = GradientPass(network, batch: batches.size)
        var descent = Descent(network, sgd, terms)
        var count = 0
        while let batch = batches.next() {
            _ = pass.run(values, data, rows: batch)
            descent.step(&values, along: pass, rate: 0.02)
            count += 1
        }
        let steps = trainer.train(&parameters, on: data, rows: rows, terms: terms, rate: 0.02, using: &generator).steps
        #expect(values == parameters.values)
        #expect(count == steps)
        #expect(generator == batches.generator)

        // The same along an array, which knows no statistics.
        var array = Descent(network, sgd, Terms())
        var other = Descent(network, sgd, Terms())
        var (a, b) = (values, values)
        _ = pass.run(values, data, rows: rows[..<16])
        array.step(&a, along: pass.gradient, rate: 0.1)
        other.step(&b, along: pass, rate: 0.1)
        if normalisation == .batch { pass.refreshStatistics(&a) }
        #expect(a == b)
    }

    @Test("every epoch goes over all rows once, in batches of nearly equal size")
    func batches() {
        let rows = Array(10..<60)
        let all = Batches(of: rows, size: 16, epochs: 3, using: SeededGenerator(seed: 1)).map { Array($0) }
        #expect(all.map(\.count) == [12, 13, 12, 13, 12, 13, 12, 13, 12, 13, 12, 13])
        for epoch in 0..<3 { #expect(all[4 * epoch..<4 * epoch + 4].flatMap { $0 }.sorted() == rows) }
        #expect(all[0] != all[4])
        #expect(Batches(of: [], size: 16, epochs: 3, using: SeededGenerator(seed: 1)).map { Array($0) }.isEmpty)
        #expect(Batches(of: rows, size: 99, epochs: 1, using: SeededGenerator(seed: 1)).map(\.count) == [50])
    }
}
