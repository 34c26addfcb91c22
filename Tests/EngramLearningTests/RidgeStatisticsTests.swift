// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Ridge statistics", .timeLimit(.minutes(5)))
struct RidgeStatisticsTests {
    @Test("the gradient vanishes at the solution", arguments: [0.0, 2.5])
    func stationary(strength: Double) throws {
        let data = try Toy.data(.scores, rows: 50, inputs: 6)
        let network = Toy.network(.scores, inputs: 6, hidden: [])
        var statistics = RidgeStatistics(dimension: 6, outputs: 1)
        statistics.add(data, rows: Array(0..<50))
        let solution = try statistics.solve(strength: strength, for: network)
        let gradient = network.gradient(solution, data, rows: Array(0..<50)).gradient.values
        for i in 0..<6 { #expect(abs(Double(gradient[i]) * 50 + strength * Double(solution.values[i])) < 1e-4) }
        #expect(abs(gradient[6]) < 1e-6)
    }

    @Test("agents' statistics add up to everybody's")
    func merges() throws {
        let data = try Toy.data(.classes, rows: 700, inputs: 4)
        var all = RidgeStatistics(dimension: 4, outputs: 3)
        all.add(data, rows: Array(0..<700))
        var (a, b) = (RidgeStatistics(dimension: 4, outputs: 3), RidgeStatistics(dimension: 4, outputs: 3))
        a.add(data, rows: Array(0..<300))
        b.add(data, rows: Array(300..<700))
        a.merge(b)
        #expect(a.count == 700)
        let (one, two) = (try all.solve(strength: 1), try a.solve(strength: 1))
        #expect(zip(one.weight + one.bias, two.weight + two.bias).allSatisfy { abs($0 - $1) < 1e-6 })
        // The columns of one-of-three targets sum to 1 whatever the features.
        #expect(abs(one.bias.reduce(0, +) - 1) < 1e-5)
    }

    @Test("dependent features need a strength")
    func singular() throws {
        let data = try Dataset(features: .float32([1, 1, 2, 2, 3, 3]), dimension: 2, targets: .scores([1, 2, 3]))
        var statistics = RidgeStatistics(dimension: 2, outputs: 1)
        #expect(throws: LearningError.singular) { try statistics.solve(strength: 0) }
        statistics.add(data, rows: [0, 1, 2])
        #expect(throws: LearningError.singular) { try statistics.solve(strength: 0) }
        #expect(try statistics.solve(strength: 1e-3).weight.allSatisfy { abs($0 - 0.5) < 1e-2 })
        let deep = Toy.network(.scores, inputs: 2, hidden: [3])
        #expect(throws: LearningError.self) { try statistics.solve(strength: 1, for: deep) }
    }
}
