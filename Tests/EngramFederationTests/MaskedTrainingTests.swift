// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct MaskedTrainingTests {
    /// An agent with rows of two of three classes.
    private func step(decay: Double = 0) throws -> LocalStep {
        var generator = SeededGenerator(seed: 2, "masked")
        let features = (0..<40 * 4).map { _ in Float(generator.normal()) }
        let data = try Dataset(
            features: .float32(features), dimension: 4, targets: .classes((0..<40).map { Int32($0 % 2 == 0 ? 0 : 2) }))
        let shard = try Shard(
            observer: "a", task: .classes, classes: 3, data: data, train: Array(0..<40), validation: [], test: [])
        let network = Network(ModelSpec(inputs: 4, hidden: [5], outputs: 3, task: .classes))
        var model = ParameterSet(zeros: network.layout)
        for i in model.values.indices { model.values[i] = Float(0.3 * generator.normal()) }
        return LocalStep(
            trainer: Trainer(network, SGD(rate: 0.2, weightDecay: decay, batch: 8, epochs: 3)), shard: shard, rows: shard.train,
            round: 1, rounds: 1, rate: 0.2, slot: .cluster(1), offers: [:], received: model, personal: nil, generator: generator)
    }

    @Test(arguments: [0, 0.1]) func outputsOfAbsentClassesStay(decay: Double) throws {
        var step = try step(decay: decay)
        MaskedTraining().train(&step)
        let head = step.network.headRange, width = 5
        let absent = Array(head.lowerBound + width..<head.lowerBound + 2 * width) + [head.upperBound - 2]
        for i in absent { #expect(step.model.values[i] == step.received.values[i]) }
        let present = head.filter { !absent.contains($0) }
        #expect(present.allSatisfy { step.model.values[$0] != step.received.values[$0] })
        #expect(Kernels.isFinite(step.model.values))
    }

    /// The same as a network that has no output for the class at all.
    @Test func theOthersLearnAsWithoutIt() throws {
        var step = try step()
        var plain = step
        MaskedTraining().train(&step)
        PlainTraining().train(&plain)
        let small = Network(ModelSpec(inputs: 4, hidden: [5], outputs: 2, task: .classes))
        let body = small.headRange.lowerBound
        func cut(_ values: [Float]) -> [Float] {
            Array(values[..<body]) + values[body..<body + 5] + values[body + 10..<body + 15] + [
                values[body + 15], values[body + 17],
            ]
        }
        let two = try Dataset(
            features: .float32(step.data.floats(rows: step.rows)), dimension: 4,
            targets: .classes(step.rows.map { step.data.classes[$0] / 2 }))
        var model = try ParameterSet(layout: small.layout, values: cut(step.received.values))
        var draws = step.generator
        _ = Trainer(small, step.trainer.sgd).train(&model, on: two, rows: step.rows, rate: 0.2, using: &draws)
        for (a, b) in zip(cut(step.model.values), model.values) { #expect(abs(a - b) < 1e-5) }
        #expect(plain.model.values != step.model.values)
    }
}
