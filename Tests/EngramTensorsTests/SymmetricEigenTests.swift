// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation
import Testing

@Suite("Symmetric eigenvalues", .timeLimit(.minutes(5)))
struct SymmetricEigenTests {
    /// Matrices that are awkward in one way each.
    static func awkward(_ kind: String, _ n: Int) -> Matrix {
        switch kind {
        case "zero": return Matrix(zeros: n, n)
        case "identity": return Sample.identity(n)
        case "rank one": return Matrix(rows: n, columns: n, values: [Double](repeating: 1, count: n * n))
        case "indefinite": return Sample.symmetric(n, seed: 5)
        case "low rank":
            let a = Sample.matrix(n, max(1, n / 4), seed: 6)
            return (a * a.transposed).symmetrised
        case "graded":
            let scales = (0..<n).map { pow(10, -Double($0) / 2) }
            return Sample.symmetric(n, seed: 7).scaling(rowsBy: scales).transposed.scaling(rowsBy: scales).symmetrised
        case "tiny": return Sample.symmetric(n, seed: 8).scaling(rowsBy: [Double](repeating: 1e-290, count: n))
        default: return Sample.symmetric(n, seed: 8).scaling(rowsBy: [Double](repeating: 1e300, count: n))
        }
    }

    @Test(
        "A = Vᵀ Λ V with orthonormal rows",
        arguments: ["zero", "identity", "rank one", "indefinite", "low rank", "graded", "tiny", "huge"], [1, 2, 3, 8, 40, 130])
    func identity(kind: String, n: Int) throws {
        let a = Self.awkward(kind, n)
        let eigen = try SymmetricEigen(a)
        let size = max(a.largestMagnitude, .leastNormalMagnitude)
        let unit = [Double](repeating: 1 / size, count: n)
        let rebuilt = eigen.vectors.transposed * eigen.vectors.scaling(rowsBy: eigen.values.map { $0 / size })
        #expect(Sample.gap(rebuilt, a.scaling(rowsBy: unit)) < 1e-14 * Double(n + 10))
        #expect(Sample.gap(eigen.vectors * eigen.vectors.transposed, Sample.identity(n)) < 1e-14 * Double(n + 10))
        #expect(zip(eigen.values, eigen.values.dropFirst()).allSatisfy { $0 >= $1 })
        for i in 0..<n {
            let row = eigen.vectors.row(i)
            #expect(row.max { abs($0) < abs($1) } ?? 1 > 0)
        }
    }

    @Test("eigenvalues that are known: the chain of springs has 2 − 2 cos(kπ/(n + 1))")
    func chain() throws {
        let n = 60
        var a = Matrix(zeros: n, n)
        for i in 0..<n {
            a[i, i] = 2
            if i > 0 { a[i, i - 1] = -1 }
            // Only the lower triangle is read.
            if i + 1 < n { a[i, i + 1] = 99 }
        }
        let values = try SymmetricEigen(a).values
        for k in 1...n { #expect(abs(values[n - k] - (2 - 2 * cos(Double(k) * .pi / Double(n + 1)))) < 1e-13) }
    }

    @Test("most eigenvalues drowned by a few: the iteration ends, and the vectors stay orthonormal")
    func drowned() throws {
        // Positive features of which each is weaker than the one before: what the Gram matrix holds of the last is rounding.
        let n = 300
        let noise = Sample.matrix(n, n, seed: 10)
        let scales = (0..<n).map { pow(1e-12, Double($0) / Double(n)) }
        let features = Matrix(rows: n, columns: n, values: noise.values.map { max(0, $0) }).transposed.scaling(rowsBy: scales)
        let eigen = try SymmetricEigen(features.transposed * features)
        #expect(Sample.gap(eigen.vectors * eigen.vectors.transposed, Sample.identity(n)) < 1e-13)
        let svd = try ThinSVD(features)
        #expect(Sample.gap(svd.left * svd.left.transposed, Sample.identity(svd.rank)) < 1e-13)
        #expect(Sample.gap(svd.right * svd.right.transposed, Sample.identity(svd.rank)) < 1e-13)
        #expect(Sample.gap(svd.left.transposed * svd.right.scaling(rowsBy: svd.values), features) < 1e-12)
    }

    @Test("functions of a matrix: roots, inverse roots, and when there is none")
    func functions() throws {
        let b = Sample.matrix(20, 30, seed: 9)
        let a = (b * b.transposed).symmetrised
        let eigen = try SymmetricEigen(a)
        let root = eigen.squareRoot
        #expect(Sample.gap(root * root, a) < 1e-11)
        let inverse = try eigen.inverseSquareRoot(of: "a")
        #expect(Sample.gap(inverse * a * inverse, Sample.identity(20)) < 1e-11)
        let flat = try SymmetricEigen(Self.awkward("low rank", 20))
        #expect(throws: AlgebraError.singular("a")) { try flat.inverseSquareRoot(of: "a") }
        #expect(try SymmetricEigen(Matrix(zeros: 0, 0)).values.isEmpty)
    }

    @Test("numbers that are not finite are refused", arguments: [Double.nan, .infinity])
    func refused(bad: Double) {
        var a = Sample.symmetric(6, seed: 1)
        a[4, 2] = bad
        #expect(throws: AlgebraError.self) { try SymmetricEigen(a) }
    }
}
