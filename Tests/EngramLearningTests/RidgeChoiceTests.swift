// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Choosing how much to borrow", .timeLimit(.minutes(5)))
struct RidgeChoiceTests {
    /// Scores that follow a linear model with noise; `slope` is the model of all features.
    static func data(slope: Float, noise: Double, rows: Int, seed: UInt64) throws -> Dataset {
        var generator = SeededGenerator(seed: seed, "borrow")
        let x = (0..<rows * 6).map { _ in Float(generator.normal()) }
        let y = (0..<rows).map { i in x[i * 6..<i * 6 + 6].reduce(0, +) * slope + Float(noise * generator.normal()) }
        return try Dataset(features: .float32(x), dimension: 6, targets: .scores(y))
    }

    static func statistics(_ data: Dataset) -> RidgeStatistics {
        RidgeSolvingTests.statistics(data, Array(0..<data.count), outputs: 1)
    }

    static func grid(_ cluster: [Double], _ global: [Double], _ strength: [Double]) throws -> RidgeGrid {
        try RidgeGrid(cluster: cluster, global: global, strength: strength)
    }

    @Test("the limits: nothing borrowed is local, a large τ the cluster's, a large ρ everybody's")
    func limits() throws {
        let (a, b, c) = (
            Self.statistics(try Self.data(slope: 1, noise: 1, rows: 20, seed: 1)),
            Self.statistics(try Self.data(slope: 2, noise: 1, rows: 90, seed: 2)),
            Self.statistics(try Self.data(slope: 3, noise: 1, rows: 200, seed: 3))
        )
        let nothing = RidgeValidation(try Self.data(slope: 1, noise: 1, rows: 5, seed: 4), rows: [], outputs: 1)
        func choice(_ tau: Double, _ rho: Double) throws -> RidgeSolution {
            try RidgeChoice(
                local: a, cluster: b, global: c, validation: nothing, grid: Self.grid([tau], [rho], [1e-6])
            ).solution
        }
        #expect(RidgeSolvingTests.gap(try choice(0, 0), try a.solve(strength: 1e-6)) < 1e-12)
        #expect(RidgeSolvingTests.gap(try choice(1e8, 0), try b.solve(strength: 0)) < 1e-6)
        #expect(RidgeSolvingTests.gap(try choice(1, 1e8), try c.solve(strength: 0)) < 1e-6)
        var sum = a
        sum.merge(b, weight: 0.3)
        sum.merge(c, weight: 0.2)
        #expect(RidgeSolvingTests.gap(try choice(0.3, 0.2), try sum.solve(strength: 1e-6)) < 1e-14)
    }

    @Test("the loss is the plain mean squared error, over classes too", arguments: [1, 3])
    func loss(outputs: Int) throws {
        let data = try Toy.data(outputs == 1 ? .remembered : .classes, rows: 30, inputs: 4)
        let solution = try RidgeSolvingTests.statistics(data, Array(0..<20), outputs: outputs).solve(strength: 1)
        let rows = Array(20..<30)
        let expected =
            RidgeSolvingTests.objective(
                solution.values, data, rows: rows, outputs: outputs, strength: 0, prior: solution, pullsBias: false) * 2 / 10
        #expect(abs(RidgeValidation(data, rows: rows, outputs: outputs).loss(of: solution) - expected) < 1e-12)
    }

    @Test("an agent of its own kind stays alone; one with few noisy rows borrows from those who are like it")
    func sense() throws {
        let different = try Self.data(slope: -1, noise: 0.1, rows: 200, seed: 5)
        let alike = Self.statistics(try Self.data(slope: 1, noise: 0.1, rows: 200, seed: 6))
        let poor = try Self.data(slope: 1, noise: 2, rows: 9, seed: 7)
        let everybody = Self.statistics(different)
        let check = RidgeValidation(try Self.data(slope: 1, noise: 0.1, rows: 50, seed: 8), rows: Array(0..<50), outputs: 1)
        let grid = try Self.grid([0, 0.1, 1, 10], [0, 0.1, 1, 10], [0.01, 1])
        let borrowed = try RidgeChoice(
            local: Self.statistics(poor), cluster: alike, global: everybody, validation: check, grid: grid)
        #expect(borrowed.shrinkage.cluster == 10 && borrowed.shrinkage.global == 0)
        let rich = Self.statistics(try Self.data(slope: 1, noise: 0.1, rows: 100, seed: 9))
        let alone = try RidgeChoice(local: rich, cluster: everybody, global: everybody, validation: check, grid: grid)
        #expect(alone.shrinkage == RidgeShrinkage(cluster: 0, global: 0, strength: 0.01))
        // No combination that was tried is better.
        for tau in grid.cluster {
            for rho in grid.global {
                for lambda in grid.strength {
                    var sum = Self.statistics(poor)
                    sum.merge(alike, weight: tau)
                    sum.merge(everybody, weight: rho)
                    #expect(check.loss(of: try sum.solve(strength: lambda)) >= borrowed.loss)
                }
            }
        }
    }

    @Test("ties go to the most shared; singular combinations are passed over")
    func ties() throws {
        let some = try Self.data(slope: 1, noise: 1, rows: 30, seed: 10)
        let nothing = RidgeValidation(some, rows: [], outputs: 1)
        let (full, empty) = (Self.statistics(some), RidgeStatistics(dimension: 6, outputs: 1))
        let grid = try Self.grid([0, 1, 0.1], [0.1, 0, 2], [1, 5])
        let choice = try RidgeChoice(local: full, cluster: full, global: full, validation: nothing, grid: grid)
        #expect(choice.shrinkage == RidgeShrinkage(cluster: 1, global: 2, strength: 5))
        #expect(choice.loss == 0)
        let only = try RidgeChoice(
            local: empty, cluster: full, global: empty, validation: nothing, grid: Self.grid([0, 1], [0], [0]))
        #expect(only.shrinkage == RidgeShrinkage(cluster: 1, global: 0, strength: 0))
        #expect(throws: LearningError.singular) {
            try RidgeChoice(local: empty, cluster: empty, global: empty, validation: nothing, grid: .standard)
        }
    }

    @Test("a grid needs values that make sense", arguments: [[], [-1], [.nan], [1, .infinity]])
    func grids(values: [Double]) {
        #expect(throws: LearningError.self) { try RidgeGrid(cluster: values, global: [0], strength: [1]) }
        #expect(throws: LearningError.self) { try RidgeGrid(cluster: [0], global: values, strength: [1]) }
        #expect(throws: LearningError.self) { try RidgeGrid(cluster: [0], global: [0], strength: values) }
    }
}
