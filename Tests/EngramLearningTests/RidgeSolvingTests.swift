// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Ridge solutions over agents", .timeLimit(.minutes(5)))
struct RidgeSolvingTests {
    static func statistics(_ data: Dataset, _ rows: [Int], outputs: Int) -> RidgeStatistics {
        var statistics = RidgeStatistics(dimension: data.dimension, outputs: outputs)
        statistics.add(data, rows: rows)
        return statistics
    }

    /// The largest difference, relative to the largest value.
    static func gap(_ a: RidgeSolution, _ b: RidgeSolution) -> Double {
        let top = b.values.map(abs).max() ?? 0
        return (zip(a.values, b.values).map { abs($0 - $1) }.max() ?? 0) / top
    }

    @Test("any partition over any number of agents, in any order, gives the pooled solution", arguments: [1, 2, 7, 40])
    func partitions(agents: Int) throws {
        let data = try Toy.data(.classes, rows: 400, inputs: 12)
        let pooled = try Self.statistics(data, Array(0..<400), outputs: 3).solve(strength: 0.7)
        var generator = SeededGenerator(seed: UInt64(agents))
        // As skew as can be: by label first, then at random.
        for byLabel in [true, false] {
            var parts = [[Int]](repeating: [], count: agents)
            for row in 0..<400 { parts[byLabel ? Int(data.classes[row]) % agents : generator.below(agents)].append(row) }
            generator.shuffle(&parts)
            var sum = RidgeStatistics(dimension: 12, outputs: 3)
            for part in parts { sum.merge(Self.statistics(data, part, outputs: 3)) }
            #expect(sum.count == 400)
            #expect(Self.gap(try sum.solve(strength: 0.7), pooled) < 1e-12)
        }
    }

    @Test("removing an agent leaves what was there without it")
    func unlearning() throws {
        let data = try Toy.data(.scores, rows: 120, inputs: 9)
        let (kept, gone) = (Self.statistics(data, Array(0..<80), outputs: 1), Self.statistics(data, Array(80..<120), outputs: 1))
        var both = kept
        both.merge(gone)
        try both.remove(gone)
        #expect(both.count == 80)
        #expect(Self.gap(try both.solve(strength: 0.1), try kept.solve(strength: 0.1)) < 1e-11)
        #expect(throws: LearningError.self) { try both.remove(Self.statistics(data, Array(0..<120), outputs: 1)) }
        let large = try Dataset(features: .float32([Float](repeating: 90, count: 9)), dimension: 9, targets: .scores([1]))
        #expect(throws: LearningError.self) { try both.remove(Self.statistics(large, [0], outputs: 1)) }
        #expect(both.count == 80)
        try both.remove(kept)
        #expect(both == RidgeStatistics(dimension: 9, outputs: 1))
    }

    /// Σ ½‖xW + b − y‖² + ½ λ ‖W − V‖² (+ the bias's pull), written out.
    static func objective(
        _ model: [Double], _ data: Dataset, rows: [Int], outputs: Int, strength: Double, prior: RidgeSolution, pullsBias: Bool
    ) -> Double {
        let (d, x) = (data.dimension, data.floats(rows: rows))
        var sum = 0.0
        for (i, row) in rows.enumerated() {
            for k in 0..<outputs {
                var answer = model[d * outputs + k]
                for j in 0..<d { answer += Double(x[i * d + j]) * model[j * outputs + k] }
                let wanted = outputs == 1 ? Double(data.scores[row]) : Int(data.classes[row]) == k ? 1 : 0
                sum += (answer - wanted) * (answer - wanted) / 2
            }
        }
        for i in 0..<(pullsBias ? d + 1 : d) * outputs {
            sum += strength * (model[i] - prior.values[i]) * (model[i] - prior.values[i]) / 2
        }
        return sum
    }

    @Test("linear Ditto is the minimum of its objective", arguments: [false, true], [1, 3])
    func ditto(pullsBias: Bool, outputs: Int) throws {
        let data = try Toy.data(outputs == 1 ? .scores : .classes, rows: 40, inputs: 5)
        let rows = Array(0..<30)
        let prior = try Self.statistics(data, Array(10..<40), outputs: outputs).solve(strength: 3)
        let strength = 4.0
        let solution = try Self.statistics(data, rows, outputs: outputs)
            .solve(strength: strength, towards: prior, pullsBias: pullsBias)
        func cost(_ model: [Double]) -> Double {
            Self.objective(
                model, data, rows: rows, outputs: outputs, strength: strength, prior: prior, pullsBias: pullsBias)
        }
        // Central differences are exact for a quadratic: every slope vanishes at the solution.
        func slopes(_ model: [Double]) -> [Double] {
            model.indices.map { i in
                var (up, down) = (model, model)
                up[i] += 0.01
                down[i] -= 0.01
                return (cost(up) - cost(down)) / 0.02
            }
        }
        #expect(slopes(solution.values).allSatisfy { abs($0) < 1e-9 })
        // And gradient descent from zero arrives there.
        var model = [Double](repeating: 0, count: solution.values.count)
        for _ in 0..<300 { model = zip(model, slopes(model)).map { $0 - 0.015 * $1 } }
        let descended = RidgeSolution(dimension: 5, outputs: outputs, values: model)
        #expect(Self.gap(descended, solution) < 1e-6)
    }

    @Test("a strong pull gives the prior, none gives local training")
    func pullLimits() throws {
        let data = try Toy.data(.scores, rows: 40, inputs: 5)
        let local = Self.statistics(data, Array(0..<20), outputs: 1)
        let prior = try Self.statistics(data, Array(20..<40), outputs: 1).solve(strength: 1)
        #expect(Self.gap(try local.solve(strength: 1e9, towards: prior, pullsBias: true), prior) < 1e-6)
        #expect(try local.solve(strength: 0, towards: prior, pullsBias: true) == local.solve(strength: 0))
        // Without rows: the prior, if the bias is pulled too.
        let empty = RidgeStatistics(dimension: 5, outputs: 1)
        #expect(Self.gap(try empty.solve(strength: 2, towards: prior, pullsBias: true), prior) < 1e-14)
        #expect(throws: LearningError.singular) { try empty.solve(strength: 2, towards: prior, pullsBias: false) }
    }

    @Test("parameters of a linear network and back")
    func parameters() throws {
        let network = Toy.network(.classes, inputs: 4, hidden: [])
        let parameters = Toy.parameters(network)
        let solution = try RidgeSolution(parameters, of: network)
        #expect(solution.values[1 * 3 + 2] == Double(parameters.values[2 * 4 + 1]))
        #expect(try solution.parameters(of: network) == parameters)
        let deep = Toy.network(.classes, inputs: 4, hidden: [2])
        #expect(throws: LearningError.self) { try RidgeSolution(Toy.parameters(deep), of: deep) }
        #expect(throws: LearningError.self) { try solution.parameters(of: deep) }
    }
}
