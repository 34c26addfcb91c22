// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Feature views", .timeLimit(.minutes(5)))
struct FeatureViewsTests {
    /// Two classes far apart in the first feature; the second varies ten times as much within a class as the first; the third
    /// is constant.
    func data() throws -> Dataset {
        var generator = SeededGenerator(seed: 3)
        var features: [Float] = []
        for row in 0..<400 {
            features += [Float(row % 2 * 100) + Float(generator.normal()), Float(10 * generator.normal()), 5]
        }
        return try Dataset(features: .float32(features), dimension: 3, targets: .classes((0..<400).map { Int32($0 % 2) }))
    }

    @Test("the noise is in units of the deviation within classes")
    func noise() throws {
        let data = try data()
        let rows = Array(0..<400)
        var generator = SeededGenerator(seed: 1)
        let views = FeatureViews(data, rows: rows).views(
            of: rows, Augmentation(noise: 0.5, dropout: 0, share: 1), using: &generator)
        let plain = data.floats(rows: rows)
        let squares = (0..<3).map { j in rows.reduce(0.0) { $0 + square(views[$1 * 3 + j] - plain[$1 * 3 + j]) } / 400 }
        #expect(abs(squares[0].squareRoot() - 0.5) < 0.07)
        #expect(abs(squares[1].squareRoot() - 5) < 0.7)
        #expect(squares[2] == 0)
    }

    @Test("dropout sets features to 0 and keeps the mean")
    func dropout() throws {
        let data = try data()
        var generator = SeededGenerator(seed: 1)
        let rows = Array(0..<400)
        let views = FeatureViews(data, rows: rows).views(
            of: rows, Augmentation(noise: 0, dropout: 0.4, share: 1), using: &generator)
        let third = rows.map { views[$0 * 3 + 2] }
        #expect(third.allSatisfy { $0 == 0 || abs($0 - 5 / 0.6) < 1e-5 })
        #expect(abs(Double(third.count { $0 == 0 }) / 400 - 0.4) < 0.08)
    }

    @Test("a mixture stays in its class, and only with the given rows")
    func mixture() throws {
        let data = try data()
        var generator = SeededGenerator(seed: 1)
        let views = FeatureViews(data, rows: [0, 1, 3]).views(
            of: [10, 11, 12, 13], Augmentation(noise: 0, dropout: 0, share: 0.5), using: &generator)
        let plain = data.floats(rows: [10, 11, 12, 13])
        for i in 0..<4 {
            #expect((views[i * 3] > 50) == (i % 2 == 1))
            #expect(views[i * 3 + 1] != plain[i * 3 + 1])
        }
        // The only partner of class 0 is row 0: between row 10 and the middle.
        let partner = data.floats(rows: [0])[1]
        let share = (views[1] - partner) / (plain[1] - partner)
        #expect(share >= 0.5 && share < 1)
    }

    @Test("no change gives the rows; the seed gives the view; scores are not mixed")
    func seeded() throws {
        let data = try data()
        let views = FeatureViews(data, rows: Array(0..<400))
        let none = Augmentation(noise: 0, dropout: 0, share: 1)
        func view(_ seed: UInt64, _ change: Augmentation) -> [Float] {
            var generator = SeededGenerator(seed: seed)
            return views.views(of: [7, 7, 2], change, using: &generator)
        }
        #expect(view(1, none) == data.floats(rows: [7, 7, 2]))
        #expect(view(1, .strong) == view(1, .strong))
        #expect(view(1, .strong) != view(2, .strong))
        #expect(view(1, .weak)[..<3] != view(1, .weak)[3..<6])
        let scores = try Toy.data(.scores, rows: 9, inputs: 2)
        var generator = SeededGenerator(seed: 1)
        let mixed = FeatureViews(scores, rows: Array(0..<9)).views(
            of: [4], Augmentation(noise: 0, dropout: 0, share: 0), using: &generator)
        #expect(mixed == scores.floats(rows: [4]))
    }

    @Test("impossible changes are named")
    func problems() {
        #expect(Augmentation.weak.problem == nil && Augmentation.strong.problem == nil)
        for bad in [
            Augmentation(noise: -1, dropout: 0, share: 1), Augmentation(noise: .nan, dropout: 0, share: 1),
            Augmentation(noise: 0, dropout: 1, share: 1), Augmentation(noise: 0, dropout: 0, share: 1.5),
        ] {
            #expect(bad.problem != nil)
        }
    }

    private func square(_ x: Float) -> Double { Double(x) * Double(x) }
}
