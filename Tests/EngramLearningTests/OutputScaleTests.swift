// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation
import Testing

@testable import EngramLearning

@Suite(.timeLimit(.minutes(5))) struct OutputScaleTests {
    @Test func aLineIsFoundAgain() {
        let outputs = [-2.0, -1, 0, 1, 3]
        let scale = OutputScale(outputs, outputs.map { 0.5 * $0 - 2 }, task: .scores, strength: 0)
        #expect(abs(scale.slope - 0.5) < 1e-6 && abs(scale.offset + 2) < 1e-6)
    }

    /// Someone who says yes more often, and whose answers depend less on the picture.
    @Test func aPersonsCriterionIsFoundAgain() {
        var generator = SeededGenerator(seed: 3, "people")
        let outputs = (0..<20_000).map { _ in 2 * generator.normal() }
        let truth = outputs.map { generator.uniform() < 1 / (1 + exp(-(0.4 * $0 + 1))) ? 1.0 : 0 }
        let scale = OutputScale(outputs, truth, task: .remembered, strength: 1)
        #expect(abs(scale.slope - 0.4) < 0.03 && abs(scale.offset - 1) < 0.06)
    }

    /// At the end the penalised loss has no slope left, by finite differences.
    @Test func theEndIsAMinimum() {
        let outputs = [0.3, -1.2, 2.0, 0.1, -0.4], truth = [1.0, 0, 1, 1, 0], strength = 2.0
        func loss(_ a: Double, _ b: Double) -> Double {
            zip(outputs, truth).reduce(strength / 2 * ((a - 1) * (a - 1) + b * b)) { sum, row in
                let z = a * row.0 + b
                return sum + log1p(exp(-abs(z))) + max(0, z) - row.1 * z
            }
        }
        let scale = OutputScale(outputs, truth, task: .remembered, strength: strength)
        let h = 1e-4
        #expect(abs(loss(scale.slope + h, scale.offset) - loss(scale.slope - h, scale.offset)) / (2 * h) < 1e-6)
        #expect(abs(loss(scale.slope, scale.offset + h) - loss(scale.slope, scale.offset - h)) / (2 * h) < 1e-6)
    }

    @Test func fewRowsChangeLittleAndEndlessFitsNothing() {
        let pulled = OutputScale([5], [0], task: .remembered, strength: 1e6)
        #expect(abs(pulled.slope - 1) < 1e-4 && abs(pulled.offset) < 1e-4)
        #expect(OutputScale([], [], task: .remembered, strength: 1) == .identity)
        #expect(OutputScale([1, 2], [0, 1], task: .classes, strength: 1) == .identity)
        #expect(OutputScale([.infinity, 1], [0, 1], task: .scores, strength: 1) == .identity)
        // Separable rows without a pull: a finite answer all the same.
        #expect(OutputScale([-1, 1], [0, 1], task: .remembered, strength: 0).slope.isFinite)
    }

    @Test func theModelAnswersAsTheScaleSays() throws {
        let network = Network(ModelSpec(inputs: 2, hidden: [3], outputs: 1, task: .remembered))
        var generator = SeededGenerator(seed: 1, "model")
        var model = ParameterSet(zeros: network.layout)
        for i in model.values.indices { model.values[i] = Float(generator.normal()) }
        let data = try Dataset(features: .float32([1, 2, -1, 0.5]), dimension: 2, targets: .classes([0, 1]))
        let before = network.outputs(model, data, rows: [0, 1])
        let scaled = OutputScale(slope: 0.5, offset: 2).applied(to: model, of: network)
        for (a, b) in zip(network.outputs(scaled, data, rows: [0, 1]), before) { #expect(abs(a - (0.5 * b + 2)) < 1e-5) }
        #expect(scaled.values[..<network.headRange.lowerBound] == model.values[..<network.headRange.lowerBound])
    }
}
