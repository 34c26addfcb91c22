// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation
import Testing

@testable import EngramLearning

@Suite(.timeLimit(.minutes(5))) struct CalibratedLossTests {
    /// Three classes as bells on a line: what the best answer is under any mix of classes is known.
    private struct Bells {
        let data: Dataset
        let rows: [Int]
        let levels: [Double]
        let network = Network(ModelSpec(inputs: 1, hidden: [], outputs: 3, task: .classes))

        init(levels: [Double]) throws {
            var generator = SeededGenerator(seed: 5, "bells")
            var features: [Float] = [], classes: [Int32] = []
            for _ in 0..<3000 {
                let draw = generator.uniform()
                let answer = draw < levels[0] ? 0 : draw < levels[0] + levels[1] ? 1 : 2
                features.append(Float(1.5 * Double(answer - 1) + generator.normal()))
                classes.append(Int32(answer))
            }
            data = try Dataset(features: .float32(features), dimension: 1, targets: .classes(classes))
            rows = Array(classes.indices)
            self.levels = levels
        }

        /// What somebody answers who is right for another mix of classes; `order` says which answer is given for which class.
        func answers(for mix: [Double], order: [Int] = [0, 1, 2], slope: Float = 1) -> [Float] {
            data.floats(rows: rows).flatMap { x in
                order.map { k in slope * Float(log(mix[k]) - pow(Double(x) - 1.5 * Double(k - 1), 2) / 2) }
            }
        }

        func plain(_ outputs: [Float]) -> Double { Metrics.mean(network.losses(outputs: outputs, data, rows: rows)) }
        func calibrated(_ outputs: [Float]) -> Double {
            network.calibratedLoss(outputs: outputs, data, rows: rows, levels: levels)
        }
    }

    @Test(arguments: [[0.8, 0.15, 0.05], [0.02, 0.49, 0.49]])
    func anotherMixOfClassesCostsNothing(_ levels: [Double]) throws {
        let bells = try Bells(levels: levels)
        let best = bells.plain(bells.answers(for: levels))
        let even = bells.answers(for: [1, 1, 1])
        #expect(bells.plain(even) > 1.1 * best)
        #expect(abs(bells.calibrated(even) - best) < 0.01 * best)
        #expect(abs(bells.calibrated(bells.answers(for: levels.reversed())) - best) < 0.01 * best)
    }

    @Test func howSureTheAnswersAreCostsNothing() throws {
        let bells = try Bells(levels: [0.5, 0.25, 0.25])
        let best = bells.calibrated(bells.answers(for: bells.levels))
        for slope: Float in [0.5, 2, 4] {
            let outputs = bells.answers(for: bells.levels, slope: slope)
            #expect(abs(bells.calibrated(outputs) - best) < 1e-6 * best, "a slope of the grid undoes it whole")
        }
        #expect(bells.plain(bells.answers(for: bells.levels, slope: 4)) > 1.2 * best)
    }

    @Test func whatMeansSomethingElseStaysDear() throws {
        let bells = try Bells(levels: [0.4, 0.3, 0.3])
        let right = bells.calibrated(bells.answers(for: bells.levels))
        #expect(bells.calibrated(bells.answers(for: bells.levels, order: [2, 1, 0])) > 1.2 * right)
        // No slope helps somebody who is wrong: the best is to say little.
        let level = -zip(bells.levels, bells.levels).reduce(0) { $0 + $1.0 * log($1.1) }
        #expect(bells.calibrated(bells.answers(for: [1, 1, 1], order: [1, 2, 0])) > 0.9 * level)
    }

    @Test(arguments: [Task.remembered, .scores]) func oneOutputIsScaledAndShifted(_ task: Task) throws {
        let data = try Toy.data(task, rows: 400, inputs: 3)
        let network = Toy.network(task, inputs: 3, hidden: []), rows = Array(0..<400)
        let outputs = network.outputs(Toy.parameters(network), data, rows: rows)
        let own = network.calibratedLoss(outputs: outputs, data, rows: rows, levels: [])
        #expect(own <= Metrics.mean(network.losses(outputs: outputs, data, rows: rows)))
        let moved = network.calibratedLoss(outputs: outputs.map { 2 * $0 - 3 }, data, rows: rows, levels: [])
        #expect(abs(moved - own) < 0.01 * own)
    }

    @Test func nothingAndTooMuchAreFigures() throws {
        let bells = try Bells(levels: [0.4, 0.3, 0.3])
        #expect(bells.network.calibratedLoss(outputs: [], bells.data, rows: [], levels: bells.levels) == 0)
        for value in [Float.nan, .infinity, -.infinity] {
            #expect(bells.calibrated([Float](repeating: value, count: 9000)) == Evaluation.divergedLoss)
        }
        // Sure of one answer beyond all numbers: a large loss or a diverged one, never NaN.
        #expect(bells.calibrated((0..<9000).map { $0 % 3 == 0 ? 1e30 : 0 }) <= Evaluation.divergedLoss)
    }
}
