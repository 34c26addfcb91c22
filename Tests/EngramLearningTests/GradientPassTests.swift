// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Gradient pass", .timeLimit(.minutes(5)))
struct GradientPassTests {
    private let rows = [7, 0, 3, 8, 5, 1]

    @Test("a term on the latents adds its value and its gradient", arguments: Task.allCases, Normalisation.allCases)
    func term(task: Task, normalisation: Normalisation) throws {
        let network = Toy.network(task, inputs: 4, hidden: [6, 4], normalisation)
        let data = try Toy.data(task, rows: 9, inputs: 4)
        let values = Toy.positive(network).values
        let pass = GradientPass(network, batch: 6)
        let without = pass.run(values, data, rows: rows)
        let with = pass.run(values, data, rows: rows, term: ToyTerm())
        let gradient = pass.gradient
        let alone = pass.run(values, inputs: data.floats(rows: rows), rows: rows, term: ToyTerm())
        #expect(abs(with - without - alone) < 1e-9)
        expectSlopes(of: { pass.run($0, data, rows: rows, term: ToyTerm()) }, at: values, are: gradient)
    }

    @Test("a term alone has its gradient, and none for the head", arguments: [[5], [6, 4]], Normalisation.allCases)
    func termAlone(hidden: [Int], normalisation: Normalisation) throws {
        let network = Toy.network(.classes, inputs: 4, hidden: hidden, normalisation)
        let inputs = try Toy.data(.classes, rows: 9, inputs: 4).floats(rows: rows)
        let values = Toy.positive(network).values
        let pass = GradientPass(network, batch: 6)
        // What an earlier run left must not stay.
        _ = pass.pullback(values, inputs: inputs, outputGradient: [Float](repeating: 1, count: 18), rows: 6)
        _ = pass.run(values, inputs: inputs, rows: rows, term: ToyTerm())
        let gradient = pass.gradient
        #expect(gradient[network.headRange].allSatisfy { $0 == 0 })
        #expect(gradient.contains { $0 != 0 })
        expectSlopes(of: { pass.run($0, inputs: inputs, rows: rows, term: ToyTerm()) }, at: values, are: gradient)
    }

    @Test("in a linear model a term on the inputs counts, but moves only their normalisation")
    func linear() throws {
        let data = try Toy.data(.classes, rows: 9, inputs: 4)
        let plain = Toy.network(.classes, inputs: 4, hidden: [])
        let values = Toy.parameters(plain).values
        let pass = GradientPass(plain, batch: 6)
        let loss = pass.run(values, data, rows: rows)
        let gradient = pass.gradient
        var ignored = [Float](repeating: 0, count: 24)
        let value = ToyTerm().add(latents: data.floats(rows: rows), width: 4, rows: rows, to: &ignored)
        #expect(abs(pass.run(values, data, rows: rows, term: ToyTerm()) - loss - value) < 1e-9)
        #expect(pass.gradient == gradient)
        #expect(pass.run(values, inputs: data.floats(rows: rows), rows: rows, term: ToyTerm()) == value)
        #expect(pass.gradient.allSatisfy { $0 == 0 })

        let scaled = Toy.network(.classes, inputs: 4, hidden: [], .input)
        let start = Toy.parameters(scaled).values
        let other = GradientPass(scaled, batch: 6)
        _ = other.run(start, data, rows: rows, term: ToyTerm())
        let moved = other.gradient
        expectSlopes(of: { other.run($0, data, rows: rows, term: ToyTerm()) }, at: start, are: moved)
    }

    @Test(
        "the pullback is the transposed Jacobian, for parameters and inputs", arguments: [[], [5], [6, 4]], Normalisation.allCases
    )
    func pullback(hidden: [Int], normalisation: Normalisation) throws {
        let network = Toy.network(.scores, inputs: 4, hidden: hidden, normalisation)
        let data = try Toy.data(.scores, rows: 6, inputs: 4)
        let inputs = data.floats(rows: Array(0..<6))
        let weights = data.scores
        let pass = GradientPass(network, batch: 6)
        // Σ g z of the outputs z as training has them: ½(z + g)² − ½(z − g)² = 2 g z.
        func function(_ values: [Float], _ inputs: [Float]) -> Double {
            func loss(_ sign: Float) -> Double {
                guard
                    let data = try? Dataset(
                        features: .float32(inputs), dimension: 4, targets: .scores(weights.map { sign * $0 }))
                else { return .nan }
                return pass.run(values, data, rows: Array(0..<6))
            }
            return (loss(-1) - loss(1)) * 3
        }
        let values = Toy.positive(network).values
        let inputGradient = pass.pullback(values, inputs: inputs, outputGradient: weights, rows: 6)
        let gradient = pass.gradient
        expectSlopes(of: { function($0, inputs) }, at: values, are: gradient)
        expectSlopes(of: { function(values, $0) }, at: inputs, are: inputGradient)
    }

    @Test("frozen layers at the bottom save their gradient; the others have the same", arguments: Normalisation.allCases)
    func frozen(normalisation: Normalisation) throws {
        let network = Toy.network(.classes, inputs: 4, hidden: [6, 4], normalisation)
        let data = try Toy.data(.classes, rows: 9, inputs: 4)
        let values = Toy.positive(network).values
        let whole = network.gradient(ParameterSet(zeros: network.layout).with(values), data, rows: rows).gradient.values
        let head = GradientPass(network, batch: 6, frozen: network.baseRanges)
        _ = head.run(values, data, rows: rows)
        let found = head.gradient
        #expect(found[network.headRange] == whole[network.headRange])
        for range in network.baseRanges { #expect(found[range].allSatisfy { $0 == 0 }) }
        let base = GradientPass(network, batch: 6, frozen: [network.headRange])
        _ = base.run(values, data, rows: rows)
        let below = base.gradient
        for range in network.baseRanges { #expect(below[range] == whole[range]) }
        let none = GradientPass(network, batch: 6, frozen: [0..<values.count])
        #expect(none.run(values, data, rows: rows) == base.run(values, data, rows: rows))
        #expect(none.gradient.allSatisfy { $0 == 0 })
    }

    @Test("one memory serves batches of all sizes; without rows there is no gradient; sums need no copy")
    func reuse() throws {
        let network = Toy.network(.classes, inputs: 4, hidden: [5])
        let data = try Toy.data(.classes, rows: 9, inputs: 4)
        let values = Toy.parameters(network).values
        let pass = GradientPass(network, batch: 9)
        #expect(pass.gradient.allSatisfy { $0 == 0 })
        _ = pass.run(values, data, rows: Array(0..<9))
        _ = pass.run(values, data, rows: rows)
        let fresh = GradientPass(network, batch: 6)
        _ = fresh.run(values, data, rows: rows[...])
        #expect(pass.gradient == fresh.gradient)
        var sum = values
        pass.add(-2, to: &sum)
        for i in values.indices { #expect(abs(sum[i] - (values[i] - 2 * fresh.gradient[i])) < 1e-6) }
        #expect(pass.run(values, data, rows: [Int]()) == 0)
        #expect(pass.gradient.allSatisfy { $0 == 0 })
        #expect(pass.run(values, inputs: [], rows: [], term: ToyTerm()) == 0)
        #expect(pass.pullback(values, inputs: [], outputGradient: [], rows: 0).isEmpty)
    }
}

extension ParameterSet {
    fileprivate func with(_ values: [Float]) -> ParameterSet {
        var copy = self
        copy.values = values
        return copy
    }
}
