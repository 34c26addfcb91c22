// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Head tuning", .timeLimit(.minutes(5)))
struct HeadTuningTests {
    @Test("is what training with the other layers frozen does", arguments: Task.allCases, [[], [6], [5, 4]])
    func tunes(task: Task, hidden: [Int]) throws {
        let network = Toy.network(task, inputs: 4, hidden: hidden)
        let data = try Toy.data(task, rows: 50, inputs: 4)
        let start = Toy.parameters(network)
        let rows = Array(0..<50)
        let sgd = SGD(rate: 0.1, momentum: 0.5, batch: 16, epochs: 3)
        var tuned = start
        var generator = SeededGenerator(seed: 1)
        let (loss, steps) = try HeadTuning(network, sgd).tune(
            &tuned, latents: network.latents(start, data, rows: rows), targets: data.targets, using: &generator)
        var frozen = start
        generator = SeededGenerator(seed: 1)
        let expected = Trainer(network, sgd).train(
            &frozen, on: data, rows: rows, terms: Terms(frozen: network.baseRanges), using: &generator)
        #expect(steps == 12 && steps == expected.steps)
        #expect(abs(loss - expected.loss) < 1e-5)
        #expect(zip(tuned.values, frozen.values).allSatisfy { abs($0 - $1) < 1e-5 })
        for range in network.baseRanges { #expect(tuned.values[range] == start.values[range]) }
        #expect(network.evaluate(tuned, data, rows: rows).loss < network.evaluate(start, data, rows: rows).loss)
    }

    @Test("the head alone computes what the network does from its latents")
    func head() throws {
        let network = Toy.network(.classes, inputs: 4, hidden: [7, 5])
        let data = try Toy.data(.classes, rows: 20, inputs: 4)
        let parameters = Toy.parameters(network)
        let rows = Array(0..<20)
        let latents = try Dataset(
            features: .float32(network.latents(parameters, data, rows: rows)), dimension: 5, targets: data.targets)
        let head = try ParameterSet(layout: network.head.layout, values: Array(parameters.values[network.headRange]))
        let outputs = network.head.outputs(head, latents, rows: rows)
        #expect(zip(outputs, network.outputs(parameters, data, rows: rows)).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("latents of another shape, or of a diverged model, are refused")
    func refused() throws {
        let network = Toy.network(.classes, inputs: 4, hidden: [2])
        let start = Toy.parameters(network)
        var parameters = start
        var generator = SeededGenerator(seed: 1)
        let tuning = HeadTuning(network, SGD())
        for bad in [[1, 2, 3], [1, .nan]] as [[Float]] {
            #expect(throws: LearningError.self) {
                try tuning.tune(&parameters, latents: bad, targets: .classes([0]), using: &generator)
            }
        }
        #expect(try tuning.tune(&parameters, latents: [], targets: .classes([]), using: &generator) == (0, 0))
        #expect(parameters == start)
    }
}
