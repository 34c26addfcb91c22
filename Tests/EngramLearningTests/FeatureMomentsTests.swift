// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Moments of features", .timeLimit(.minutes(5)))
struct FeatureMomentsTests {
    /// Correlated features around `offset`.
    static func data(rows: Int, dimension d: Int, offset: Float, seed: UInt64) throws -> Dataset {
        var generator = SeededGenerator(seed: seed, "moments")
        let mixing = Matrix(rows: d, columns: d, values: (0..<d * d).map { _ in generator.normal() })
        let x = Matrix(rows: rows, columns: d, values: (0..<rows * d).map { _ in generator.normal() }) * mixing
        return try Dataset(
            features: .float32(x.values.map { Float($0) + offset }), dimension: d,
            targets: .scores([Float](repeating: 0, count: rows)))
    }

    static func covariance(_ moments: FeatureMoments) -> Matrix {
        switch moments.spread {
        case .full(let matrix): matrix
        case .diagonal(let variances): Matrix(diagonal: variances)
        }
    }

    static func gap(_ a: FeatureMoments, _ b: FeatureMoments) -> Double {
        let (x, y) = (covariance(a).values + a.mean, covariance(b).values + b.mean)
        return zip(x, y).map { abs($0 - $1) }.max() ?? 0
    }

    @Test("mean and covariance are those of plain loops, even far from zero", arguments: FeatureMoments.Form.allCases)
    func plain(form: FeatureMoments.Form) throws {
        let data = try Self.data(rows: 600, dimension: 5, offset: 4096, seed: 1)
        let rows = Array(stride(from: 0, to: 600, by: 2))
        let moments = FeatureMoments(data, rows: rows, form: form)
        let x = data.floats(rows: rows).map { Double($0) }
        #expect(moments.weight == 300 && moments.form == form && moments.dimension == 5)
        for i in 0..<5 {
            let mean = (0..<300).reduce(0.0) { $0 + x[$1 * 5 + i] } / 300
            #expect(abs(moments.mean[i] - mean) < 1e-9)
            for j in 0..<5 {
                let other = (0..<300).reduce(0.0) { $0 + x[$1 * 5 + j] } / 300
                let value = (0..<300).reduce(0.0) { $0 + (x[$1 * 5 + i] - mean) * (x[$1 * 5 + j] - other) } / 300
                let found = Self.covariance(moments)[i, j]
                #expect(abs(found - (form == .full || i == j ? value : 0)) < 1e-9)
            }
        }
        #expect(FeatureMoments(data, rows: [], form: form).weight == 0)
    }

    @Test("merged moments are those of all rows; a weight counts as copies", arguments: FeatureMoments.Form.allCases)
    func merges(form: FeatureMoments.Form) throws {
        let data = try Self.data(rows: 90, dimension: 4, offset: 1, seed: 2)
        let all = FeatureMoments(data, rows: Array(0..<90), form: form)
        var sum = FeatureMoments(data, rows: [], form: form)
        for part in [0..<10, 10..<10, 10..<11, 11..<90] {
            sum.merge(FeatureMoments(data, rows: Array(part), form: form), weight: 1)
        }
        #expect(sum.weight == 90)
        #expect(Self.gap(sum, all) < 1e-12)
        var twice = FeatureMoments(data, rows: Array(0..<30), form: form)
        twice.merge(FeatureMoments(data, rows: Array(30..<90), form: form), weight: 3)
        let copied = Array(0..<30) + Array(30..<90) + Array(30..<90) + Array(30..<90)
        #expect(Self.gap(twice, FeatureMoments(data, rows: copied, form: form)) < 1e-12)
        #expect(twice.weight == 210)
        let ridged = all.adding(ridge: 0.5)
        #expect(zip(ridged.variances, all.variances).allSatisfy { abs($0 - $1 - 0.5) < 1e-15 })
    }

    @Test("a tensor of fixed size and back", arguments: FeatureMoments.Form.allCases)
    func coding(form: FeatureMoments.Form) throws {
        let moments = FeatureMoments(try Self.data(rows: 40, dimension: 6, offset: 2, seed: 3), rows: Array(0..<40), form: form)
        let coded = try moments.coded()
        #expect(coded.count == (form == .full ? 1 + 6 + 21 : 13))
        #expect(coded.count == FeatureMoments.codedCount(dimension: 6, form: form))
        let decoded = try FeatureMoments(coded: coded, dimension: 6, form: form)
        #expect(decoded.weight == 40)
        #expect(Self.gap(decoded, moments) < 1e-5)
        #expect(try decoded.coded() == coded)
        func refused(_ change: (inout [Float]) -> Void) -> Bool {
            var bad = coded
            change(&bad)
            return (try? FeatureMoments(coded: bad, dimension: 6, form: form)) == nil
        }
        #expect(refused { $0.removeLast() })
        #expect(refused { $0.append(1) })
        #expect(refused { $0[3] = .nan })
        #expect(refused { $0[9] = .infinity })
        #expect(refused { $0[0] = -1 })
        #expect(refused { $0[7] = -1e-6 })
        if form == .full { #expect(refused { $0[8] = 1e3 }) }
        let huge = FeatureMoments(weight: 1, mean: [0], spread: .diagonal([1e60]))
        #expect(throws: LearningError.self) { try huge.coded() }
    }
}
