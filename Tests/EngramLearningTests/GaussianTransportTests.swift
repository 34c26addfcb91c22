// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Transport between Gaussians", .timeLimit(.minutes(5)))
struct GaussianTransportTests {
    static func moments(_ seed: UInt64, form: FeatureMoments.Form = .full, dimension: Int = 6, rows: Int = 40) throws
        -> FeatureMoments
    {
        let data = try FeatureMomentsTests.data(rows: rows, dimension: dimension, offset: Float(seed), seed: seed)
        return FeatureMoments(data, rows: Array(0..<rows), form: form)
    }

    static func gap(_ a: Matrix, _ b: Matrix) -> Double { zip(a.values, b.values).map { abs($0 - $1) }.max() ?? 0 }

    @Test(
        "the map takes mean and covariance to the target's and is symmetric and positive", arguments: FeatureMoments.Form.allCases
    )
    func pushes(form: FeatureMoments.Form) throws {
        let (from, to) = (try Self.moments(1, form: form), try Self.moments(2, form: form))
        let map = try GaussianTransport(from: from, to: to)
        let a = map.matrix
        #expect(Self.gap(a * FeatureMomentsTests.covariance(from) * a, FeatureMomentsTests.covariance(to)) < 1e-8)
        let mean = map(Matrix(rows: 1, columns: 6, values: from.mean))
        #expect(zip(mean.values, to.mean).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(a.transposed == a)
        #expect(try SymmetricEigen(a).values.allSatisfy { $0 > 0 })
        // Nothing to do, nothing done; and there and back again.
        #expect(Self.gap(try GaussianTransport(from: from, to: from).matrix, Matrix(diagonal: [1, 1, 1, 1, 1, 1])) < 1e-10)
        let back = try GaussianTransport(from: to, to: from).matrix
        #expect(Self.gap(back * a, Matrix(diagonal: [1, 1, 1, 1, 1, 1])) < 1e-9)
    }

    @Test("a data set that was moved has the target's moments, and its targets", arguments: FeatureMoments.Form.allCases)
    func moves(form: FeatureMoments.Form) throws {
        let data = try FeatureMomentsTests.data(rows: 300, dimension: 5, offset: 3, seed: 4)
        let target = try Self.moments(5, form: form, dimension: 5)
        let map = try GaussianTransport(from: FeatureMoments(data, rows: Array(0..<300), form: form), to: target)
        let moved = try data.transformed(by: map)
        let found = FeatureMoments(moved, rows: Array(0..<300), form: form)
        #expect(FeatureMomentsTests.gap(found, target) < 1e-4)
        #expect(moved.targets == data.targets && moved.count == 300)
        let bytes = try Dataset(
            features: .bytes([0, 255, 9, 7, 1], scale: 1 / 255, offset: 0), dimension: 5, targets: .scores([1]))
        let floats = try Dataset(features: .float32(bytes.floats(rows: [0])), dimension: 5, targets: .scores([1]))
        #expect(try bytes.transformed(by: map).features == floats.transformed(by: map).features)
    }

    @Test("covariances that cannot be inverted need a ridge", arguments: FeatureMoments.Form.allCases)
    func singular(form: FeatureMoments.Form) throws {
        // One row: no variance at all. Three rows in six dimensions: none across them.
        let poor = try Self.moments(6, form: form, rows: form == .full ? 3 : 1)
        let target = try Self.moments(7, form: form).adding(ridge: 0.1)
        #expect(throws: LearningError.singular) { try GaussianTransport(from: poor, to: target) }
        let map = try GaussianTransport(from: poor.adding(ridge: 0.1), to: target)
        let pushed = map.matrix * FeatureMomentsTests.covariance(poor.adding(ridge: 0.1)) * map.matrix
        #expect(Self.gap(pushed, FeatureMomentsTests.covariance(target)) < 1e-8)
        // A target without spread in some direction is fine.
        #expect(try GaussianTransport(from: target, to: poor).dimension == 6)
    }

    @Test("shapes that do not fit, and results out of range, are refused")
    func refused() throws {
        let (six, five) = (try Self.moments(1), try Self.moments(1, dimension: 5))
        #expect(throws: LearningError.self) { try GaussianTransport(from: six, to: five) }
        #expect(throws: LearningError.self) { try GaussianTransport(from: six, to: Self.moments(1, form: .diagonal)) }
        let data = try FeatureMomentsTests.data(rows: 4, dimension: 6, offset: 0, seed: 1)
        #expect(throws: LearningError.self) { try data.transformed(by: GaussianTransport(from: five, to: five)) }
        let wide = FeatureMoments(weight: 1, mean: six.mean, spread: .full(Matrix(diagonal: [1e80, 1, 1, 1, 1, 1])))
        #expect(throws: LearningError.self) { try data.transformed(by: GaussianTransport(from: six, to: wide)) }
    }
}

@Suite("Barycentres of Gaussians", .timeLimit(.minutes(5)))
struct GaussianBarycentreTests {
    @Test("variances: the mean deviation, squared")
    func diagonal() throws {
        let a = FeatureMoments(weight: 4, mean: [0, 8], spread: .diagonal([1, 4]))
        let b = FeatureMoments(weight: 2, mean: [4, 0], spread: .diagonal([9, 0]))
        let bar = try GaussianBarycentre.of([a, b], weights: [3, 1])
        #expect(bar.mean == [1, 6] && bar.weight == 6)
        #expect(bar.variances == [2.25, 2.25])
    }

    @Test("the maps from the barycentre to its parts average to nothing: Σ wᵢ Aᵢ = I")
    func optimality() throws {
        let parts = try (1...4).map { try GaussianTransportTests.moments(UInt64($0)) }
        let weights = [1.0, 2, 0, 0.5]
        let bar = try GaussianBarycentre.of(parts, weights: weights)
        var sum = Matrix(zeros: 6, 6)
        for (part, weight) in zip(parts, weights) where weight > 0 {
            sum.add(try GaussianTransport(from: bar, to: part).matrix, times: weight / 3.5)
        }
        #expect(GaussianTransportTests.gap(sum, Matrix(diagonal: [1, 1, 1, 1, 1, 1])) < 1e-9)
        // And after moving, all parts are one.
        for part in parts {
            let a = try GaussianTransport(from: part, to: bar).matrix
            let pushed = a * FeatureMomentsTests.covariance(part) * a
            #expect(GaussianTransportTests.gap(pushed, FeatureMomentsTests.covariance(bar)) < 1e-8)
        }
    }

    @Test("covariances that commute: the mean root, squared; equal ones: themselves")
    func commuting() throws {
        let frame = try Orthonormal.basis(of: FeatureMomentsTests.covariance(GaussianTransportTests.moments(8)), tolerance: 1e-9)
        func part(_ values: [Double]) -> FeatureMoments {
            let matrix = (frame.transposed * frame.scaling(rowsBy: values)).symmetrised
            return FeatureMoments(weight: 1, mean: [Double](repeating: 0, count: 6), spread: .full(matrix))
        }
        let bar = try GaussianBarycentre.of([part([1, 4, 9, 1, 1, 1]), part([9, 4, 1, 1, 25, 0])], weights: [1, 1])
        let expected = FeatureMomentsTests.covariance(part([4, 4, 4, 1, 9, 0.25]))
        #expect(GaussianTransportTests.gap(FeatureMomentsTests.covariance(bar), expected) < 1e-6)
        let one = try GaussianTransportTests.moments(9)
        let gap = FeatureMomentsTests.gap(try GaussianBarycentre.of([one, one, one], weights: [1, 5, 2]), one)
        #expect(gap < 1e-11)
    }

    @Test("what has no barycentre is refused")
    func refused() throws {
        let (a, b) = (try GaussianTransportTests.moments(1), try GaussianTransportTests.moments(1, dimension: 5))
        #expect(throws: LearningError.self) { try GaussianBarycentre.of([], weights: []) }
        #expect(throws: LearningError.self) { try GaussianBarycentre.of([a, b], weights: [1, 1]) }
        #expect(throws: LearningError.self) { try GaussianBarycentre.of([a], weights: [0]) }
        #expect(throws: LearningError.self) { try GaussianBarycentre.of([a, a], weights: [2, -1]) }
        let flat = try GaussianTransportTests.moments(2, rows: 3)
        #expect(throws: LearningError.singular) { try GaussianBarycentre.of([flat, flat], weights: [1, 1]) }
    }
}
