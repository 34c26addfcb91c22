// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Foundation
import Testing

@Suite("Normalisation", .timeLimit(.minutes(5)))
struct NormalisationTests {
    private let rows = Array(0..<9)

    @Test("adds its tensors where the layout says, and starts as what changes nothing")
    func layout() throws {
        let input = Toy.network(.classes, inputs: 5, hidden: [4], .input)
        #expect(input.layout.tensors.map(\.name).prefix(3) == ["norm.weight", "norm.bias", "layers.0.weight"])
        #expect(input.layout.tensors.map(\.shape).prefix(2) == [[5], [5]])
        #expect(input.normNames.all == ["norm.weight", "norm.bias"])
        #expect(input.statisticRanges.isEmpty)
        let batch = Toy.network(.classes, inputs: 5, hidden: [4, 6], .batch)
        #expect(
            batch.layout.tensors.map(\.name).prefix(6) == [
                "layers.0.weight", "layers.0.bias", "layers.0.norm.weight", "layers.0.norm.bias", "layers.0.norm.mean",
                "layers.0.norm.variance",
            ])
        #expect(batch.layout.tensors.suffix(2).map(\.name) == ["layers.2.weight", "layers.2.bias"])
        #expect(batch.layout.range(of: "layers.1.norm.variance")?.count == 6)
        #expect(batch.normNames.affine.count == 4 && batch.normNames.statistics.count == 4)
        #expect(batch.names(in: batch.statisticRanges) == batch.normNames.statistics)
        #expect(batch.ranges(of: batch.normNames.statistics) == batch.statisticRanges)
        var generator = SeededGenerator(seed: 1)
        let start = batch.initial(using: &generator)
        for name in batch.normNames.all {
            let one: Float = name.hasSuffix("weight") || name.hasSuffix("variance") ? 1 : 0
            let values = try #require(start[name])
            #expect(values.allSatisfy { $0 == one })
        }

        // The plain network's tensors with the plain network's draws: the same outputs, bit for bit.
        let data = try Toy.data(.classes, rows: 9, inputs: 5)
        generator = SeededGenerator(seed: 1)
        let scaled = input.initial(using: &generator)
        generator = SeededGenerator(seed: 1)
        let plain = Toy.network(.classes, inputs: 5, hidden: [4])
        let same = plain.outputs(plain.initial(using: &generator), data, rows: rows)
        #expect(input.outputs(scaled, data, rows: rows) == same)
    }

    @Test("head and base, as flat ranges and as names", arguments: Normalisation.allCases, [[], [4, 6]])
    func parts(normalisation: Normalisation, hidden: [Int]) {
        let network = Toy.network(.classes, inputs: 5, hidden: hidden, normalisation)
        #expect(network.names(in: [network.headRange]) == network.headNames)
        #expect(network.names(in: network.baseRanges) == network.layout.tensors.map(\.name).filter { !network.isHead($0) })
        #expect(network.baseRanges.reduce(network.headRange.count) { $0 + $1.count } == network.layout.count)
        #expect(network.ranges(of: network.headNames + ["nobody"]) == [network.headRange])
        #expect(network.names(in: [network.headRange.lowerBound + 1..<network.layout.count]) == ["\(network.headNames[1])"])
    }

    @Test("gradients agree with finite differences", arguments: Task.allCases, [[], [5], [6, 4]])
    func gradients(task: Task, hidden: [Int]) throws {
        let data = try Toy.data(task, rows: 9, inputs: 4)
        for normalisation in [Normalisation.input, .batch] {
            let network = Toy.network(task, inputs: 4, hidden: hidden, normalisation)
            let pass = GradientPass(network, batch: 9)
            let values = Toy.positive(network).values
            _ = pass.run(values, data, rows: rows)
            let gradient = pass.gradient
            expectSlopes(of: { pass.run($0, data, rows: rows) }, at: values, are: gradient)
            // A batch of one row has no spread: the running statistics are its constants.
            let single = pass.run(values, data, rows: [3])
            let of = try ParameterSet(layout: network.layout, values: values)
            #expect(abs(single - network.evaluate(of, data, rows: [3]).loss) < 1e-6)
            let slopes = pass.gradient
            let moving = network.names(in: network.statisticRanges)
            for range in network.ranges(of: moving) { #expect(slopes[range].allSatisfy { $0 == 0 }) }
            expectSlopes(
                of: { values in
                    var moved = values
                    // Constants of the pass, which a difference would move.
                    for range in network.statisticRanges { moved.replaceSubrange(range, with: of.values[range]) }
                    return pass.run(moved, data, rows: [3])
                }, at: values, are: slopes)
        }
    }

    @Test("a training step moves the running statistics to the batch's by a tenth, and nothing else moves them")
    func statistics() throws {
        let network = Toy.network(.classes, inputs: 4, hidden: [3], .batch)
        let data = try Toy.data(.classes, rows: 9, inputs: 4)
        let start = Toy.positive(network)
        var parameters = start
        var generator = SeededGenerator(seed: 1)
        let sgd = SGD(rate: 0.1, momentum: 0.9, weightDecay: 0.5, batch: 9, epochs: 1)
        let terms = Terms(
            pull: Pull(anchor: ParameterSet(zeros: network.layout), strength: 3),
            correction: [Float](repeating: 1, count: network.layout.count))
        _ = Trainer(network, sgd).train(&parameters, on: data, rows: rows, terms: terms, using: &generator)
        let weight = Array(try #require(start["layers.0.weight"])), bias = Array(try #require(start["layers.0.bias"]))
        let inputs = data.floats(rows: rows)
        for unit in 0..<3 {
            let products = rows.map { row in
                (0..<4).reduce(Double(bias[unit])) { $0 + Double(weight[unit * 4 + $1] * inputs[row * 4 + $1]) }
            }
            let mean = products.reduce(0, +) / 9
            let unbiased = products.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 8
            for (name, target) in [("mean", mean), ("variance", unbiased)] {
                let before = Double(Array(try #require(start["layers.0.norm.\(name)"]))[unit])
                let after = Double(Array(try #require(parameters["layers.0.norm.\(name)"]))[unit])
                #expect(abs(after - (0.9 * before + 0.1 * target)) < 1e-5)
            }
        }
        // Not by a batch of one row, and not where they are frozen.
        var still = start
        let trainer = Trainer(network, SGD(rate: 0.1, batch: 9, epochs: 3))
        _ = trainer.train(&still, on: data, rows: [2], using: &generator)
        _ = trainer.train(&still, on: data, rows: rows, terms: Terms(frozen: network.baseRanges), using: &generator)
        for range in network.statisticRanges { #expect(still.values[range] == start.values[range]) }
        #expect(still != start)
    }

    @Test("evaluation uses the running statistics; a broken variance gives no broken numbers")
    func evaluation() throws {
        let network = Toy.network(.scores, inputs: 4, hidden: [1], .batch)
        let data = try Toy.data(.scores, rows: 9, inputs: 4)
        var parameters = Toy.positive(network)
        func value(_ name: String) throws -> Float { try #require(parameters[name]?.first) }
        let weight = Array(try #require(parameters["layers.0.weight"]))
        let inputs = data.floats(rows: rows)
        let outputs = network.outputs(parameters, data, rows: rows)
        let latents = network.latents(parameters, data, rows: rows)
        for row in rows {
            let z = (0..<4).reduce(try value("layers.0.bias")) { $0 + weight[$1] * inputs[row * 4 + $1] }
            let root = (try value("layers.0.norm.variance") + 1e-5).squareRoot()
            let x = (z - (try value("layers.0.norm.mean"))) / root
            let y = max(0, try value("layers.0.norm.weight") * x + (try value("layers.0.norm.bias")))
            #expect(abs(latents[row] - y) < 1e-5)
            let output = try value("layers.1.weight") * y + (try value("layers.1.bias"))
            #expect(abs(outputs[row] - output) < 1e-5)
        }
        // A lossy codec may carry a small variance below 0.
        let range = try #require(network.layout.range(of: "layers.0.norm.variance"))
        parameters.values[range.lowerBound] = -0.01
        #expect(Kernels.isFinite(network.outputs(parameters, data, rows: rows)))
    }

    @Test("learns classes that are separable", arguments: [Normalisation.input, .batch])
    func learns(normalisation: Normalisation) throws {
        var generator = SeededGenerator(seed: 4)
        var features: [Float] = []
        var labels: [Int32] = []
        for row in 0..<240 {
            labels.append(Int32(row % 3))
            for j in 0..<6 { features.append(Float(generator.normal() * 0.4) + (j % 3 == row % 3 ? 1 : 0)) }
        }
        let data = try Dataset(features: .float32(features), dimension: 6, targets: .classes(labels))
        let network = Toy.network(.classes, inputs: 6, hidden: [16], normalisation)
        var parameters = network.initial(using: &generator)
        let training = Array(0..<180), test = Array(180..<240)
        let before = network.evaluate(parameters, data, rows: test)
        _ = Trainer(network, SGD(rate: 0.1, momentum: 0.9, epochs: 20)).train(
            &parameters, on: data, rows: training, using: &generator)
        let after = network.evaluate(parameters, data, rows: test)
        #expect(after.metric > 0.85)
        #expect(after.loss < before.loss / 2)
    }

    @Test("a spec that says nothing of it has none; what it says comes back")
    func coding() throws {
        let old = #"{"inputs":4,"hidden":[3],"outputs":2,"task":"classes"}"#
        let spec = try JSONDecoder().decode(ModelSpec.self, from: Data(old.utf8))
        #expect(spec == ModelSpec(inputs: 4, hidden: [3], outputs: 2, task: .classes, normalisation: .none))
        for normalisation in Normalisation.allCases {
            var changed = spec
            changed.normalisation = normalisation
            #expect(try JSONDecoder().decode(ModelSpec.self, from: JSONEncoder().encode(changed)) == changed)
        }
    }
}
