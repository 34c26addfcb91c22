// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Foundation
import Testing

/// Small random problems for all tasks.
enum Toy {
    static func data(_ task: Task, rows: Int, inputs: Int, classes: Int = 3, seed: UInt64 = 1) throws -> Dataset {
        var generator = SeededGenerator(seed: seed, "toy", task.rawValue)
        let features = (0..<rows * inputs).map { _ in Float(generator.normal()) }
        let targets: Dataset.Targets =
            switch task {
            case .classes: .classes((0..<rows).map { _ in Int32(generator.below(classes)) })
            case .remembered: .classes((0..<rows).map { _ in Int32(generator.below(2)) })
            case .scores: .scores((0..<rows).map { _ in Float(generator.normal()) })
            }
        return try Dataset(features: .float32(features), dimension: inputs, targets: targets)
    }

    static func network(_ task: Task, inputs: Int, hidden: [Int]) -> Network {
        Network(ModelSpec(inputs: inputs, hidden: hidden, outputs: task == .classes ? 3 : 1, task: task))
    }

    static func parameters(_ network: Network, seed: UInt64 = 2) -> ParameterSet {
        var generator = SeededGenerator(seed: seed)
        var parameters = ParameterSet(zeros: network.layout)
        for i in parameters.values.indices { parameters.values[i] = Float(0.5 * generator.normal()) }
        return parameters
    }
}

@Suite("Network", .timeLimit(.minutes(5)))
struct NetworkTests {
    @Test("the layout names every layer; the last one is the head")
    func layout() {
        let network = Toy.network(.classes, inputs: 5, hidden: [4, 6])
        #expect(network.layout.tensors.map(\.name).last == "layers.2.bias")
        #expect(network.layout.tensors.map(\.shape) == [[4, 5], [4], [6, 4], [6], [3, 6], [3]])
        #expect(network.headNames == ["layers.2.weight", "layers.2.bias"])
        #expect(Toy.network(.scores, inputs: 5, hidden: []).layout.tensors.map(\.shape) == [[1, 5], [1]])
    }

    @Test("outputs and latents are those of plain loops", arguments: [[], [4], [7, 5]])
    func forward(hidden: [Int]) throws {
        let network = Toy.network(.classes, inputs: 6, hidden: hidden)
        let data = try Toy.data(.classes, rows: 600, inputs: 6)
        let parameters = Toy.parameters(network)
        let rows = [5, 0, 599] + Array(100..<500)
        let outputs = network.outputs(parameters, data, rows: rows)
        let latents = network.latents(parameters, data, rows: rows)
        let all = data.floats(rows: Array(0..<600))
        let width = hidden.last ?? 6
        var worst: Float = 0
        for (i, row) in rows.enumerated() {
            var x = Array(all[row * 6..<row * 6 + 6])
            for layer in 0...hidden.count {
                if layer == hidden.count {
                    worst = max(worst, zip(x, latents[i * width..<(i + 1) * width]).map { abs($0 - $1) }.max() ?? 9)
                }
                let weight = Array(try #require(parameters["layers.\(layer).weight"]))
                let bias = Array(try #require(parameters["layers.\(layer).bias"]))
                x = bias.indices.map { o in
                    let z = x.indices.reduce(bias[o]) { $0 + x[$1] * weight[o * x.count + $1] }
                    return layer < hidden.count ? max(0, z) : z
                }
            }
            worst = max(worst, zip(x, outputs[i * 3..<i * 3 + 3]).map { abs($0 - $1) }.max() ?? 9)
        }
        #expect(worst < 1e-4)
    }

    @Test("gradients agree with finite differences", arguments: Task.allCases, [[], [5], [6, 4]])
    func gradients(task: Task, hidden: [Int]) throws {
        let network = Toy.network(task, inputs: 4, hidden: hidden)
        let data = try Toy.data(task, rows: 9, inputs: 4)
        let parameters = Toy.parameters(network)
        let rows = Array(0..<9)
        let (loss, gradient) = network.gradient(parameters, data, rows: rows)
        #expect(abs(loss - network.evaluate(parameters, data, rows: rows).loss) < 1e-6)
        for i in parameters.values.indices {
            func loss(_ step: Float) -> Double {
                var moved = parameters
                moved.values[i] += step
                return network.gradient(moved, data, rows: rows).loss
            }
            let slope = (loss(5e-4) - loss(-5e-4)) / 1e-3
            // A ReLU may change side within the step: allow for a little of that.
            #expect(abs(slope - Double(gradient.values[i])) < 2e-2 * max(0.2, abs(slope)), "parameter \(i)")
        }
    }

    @Test("byte features give what the same floats give")
    func bytes() throws {
        var generator = SeededGenerator(seed: 3)
        let bytes = (0..<40 * 7).map { _ in UInt8(generator.below(256)) }
        let labels = Dataset.Targets.classes((0..<40).map { Int32($0 % 3) })
        let small = try Dataset(features: .bytes(bytes, scale: 2 / 255, offset: -1), dimension: 7, targets: labels)
        let large = try Dataset(features: .float32(bytes.map { Float($0) * (2 / 255) + -1 }), dimension: 7, targets: labels)
        let network = Toy.network(.classes, inputs: 7, hidden: [5])
        let parameters = Toy.parameters(network)
        let rows = [3, 39, 0]
        #expect(network.outputs(parameters, small, rows: rows) == network.outputs(parameters, large, rows: rows))
        #expect(small.selecting(rows: rows).floats(rows: [0, 1, 2]) == large.floats(rows: rows))
    }

    @Test("He's initialisation has its spread; a linear model starts at zero")
    func initial() {
        let network = Toy.network(.classes, inputs: 400, hidden: [100])
        var generator = SeededGenerator(seed: 1)
        let values = network.initial(using: &generator).values
        let mean = values[..<40_000].reduce(0.0) { $0 + Double($1) * Double($1) } / 40_000
        #expect(abs(mean - 2.0 / 400) < 2e-4)
        #expect(values[40_000..<40_100].allSatisfy { $0 == 0 })
        #expect(Toy.network(.classes, inputs: 4, hidden: []).initial(using: &generator).values.allSatisfy { $0 == 0 })
    }

    @Test(
        "refuses impossible models",
        arguments: [
            ModelSpec(inputs: 0, hidden: [], outputs: 2, task: .classes),
            ModelSpec(inputs: 4, hidden: [-1], outputs: 2, task: .classes),
            ModelSpec(inputs: 4, hidden: [], outputs: 1, task: .classes),
            ModelSpec(inputs: 4, hidden: [], outputs: 2, task: .scores),
            ModelSpec(inputs: .max, hidden: [.max], outputs: 2, task: .classes),
            ModelSpec(inputs: 1 << 20, hidden: [1 << 20], outputs: 2, task: .classes),
            ModelSpec(inputs: 4, hidden: [Int](repeating: 1, count: 65), outputs: 2, task: .classes),
        ])
    func refused(spec: ModelSpec) {
        #expect(spec.problem != nil)
        #expect(throws: LearningError.self) { try spec.validated() }
    }

    @Test("a diverged model evaluates to numbers that JSON can hold")
    func diverged() throws {
        for task in Task.allCases {
            let network = Toy.network(task, inputs: 4, hidden: [])
            var parameters = ParameterSet(zeros: network.layout)
            for bad in [Float.nan, .infinity, 3e38] {
                parameters.values[0] = bad
                let evaluation = network.evaluate(parameters, try Toy.data(task, rows: 20, inputs: 4), rows: Array(0..<20))
                #expect(try JSONDecoder().decode(Evaluation.self, from: JSONEncoder().encode(evaluation)) == evaluation)
            }
        }
    }
}
