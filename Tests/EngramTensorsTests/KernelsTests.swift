// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation
import Testing

@Suite("Kernels against plain Swift", .timeLimit(.minutes(5)))
struct KernelsTests {
    static let lengths = [0, 1, 2, 15, 16, 17, 63, 64, 65, 1000]

    static func random(_ n: Int, _ label: String) -> [Float] {
        var generator = SeededGenerator(seed: 1, label)
        return (0..<n).map { _ in Float(generator.normal()) }
    }

    @Test("elementwise kernels are exact", arguments: lengths)
    func elementwise(n: Int) {
        let (x, y) = (Self.random(n, "x"), Self.random(n, "y"))
        var z = y
        Kernels.axpy(0.3, x, into: &z)
        #expect(z == zip(x, y).map { $1 + 0.3 * $0 })
        z = x
        Kernels.scale(-1.7, &z)
        #expect(z == x.map { $0 * -1.7 })
        #expect(Kernels.subtract(x, y) == zip(x, y).map { $0 - $1 })
        var sum = y.map { Double($0) }
        Kernels.accumulate(x, weight: 2.5, into: &sum)
        #expect(sum == zip(x, y).map { Double($1) + 2.5 * Double($0) })
        #expect(Kernels.narrow(sum, times: 0.5) == sum.map { Float(0.5 * $0) })
    }

    @Test("inner products and norms", arguments: lengths)
    func products(n: Int) {
        let (x, y) = (Self.random(n, "x"), Self.random(n, "y"))
        let expected = zip(x, y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        #expect(abs(Kernels.dot(x, y) - expected) < 1e-9)
        #expect(abs(Kernels.norm(x) - x.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()) < 1e-9)
    }

    @Test("finds a single value that is not finite", arguments: lengths.dropFirst())
    func finite(n: Int) {
        for bad in [Float.nan, .infinity, -.infinity] {
            var x = Self.random(n, "x")
            #expect(Kernels.isFinite(x))
            x[n - 1] = bad
            #expect(!Kernels.isFinite(x))
        }
    }

    static let shapes = [(1, 1, 1), (3, 5, 2), (4, 16, 4), (7, 33, 19), (8, 32, 32), (9, 100, 47), (33, 70, 65), (1, 784, 10)]

    @Test("matrix products in all four forms", arguments: shapes, [0, 1, 2, 3])
    func gemm(shape: (Int, Int, Int), form: Int) {
        let (rows, inner, columns) = shape
        let (ta, tb) = (form & 1 != 0, form & 2 != 0)
        let (a, b) = (Self.random(rows * inner, "a"), Self.random(inner * columns, "b"))
        let c = Kernels.gemm(a, b, rows: rows, inner: inner, columns: columns, transposeA: ta, transposeB: tb)
        for i in 0..<rows {
            for j in 0..<columns {
                var sum = 0.0
                for p in 0..<inner {
                    sum += Double(ta ? a[p * rows + i] : a[i * inner + p]) * Double(tb ? b[j * inner + p] : b[p * columns + j])
                }
                #expect(abs(Double(c[i * columns + j]) - sum) < 1e-3)
            }
        }
    }

    @Test("a product does not depend on where its operands lie")
    func alignment() {
        let (rows, inner, columns) = (32, 131, 57)
        var results: [[Float]] = []
        for padding in 0..<5 {
            // Allocations of different sizes land on different places.
            let spare = (0...padding).map { [Float](repeating: 0, count: 3 + 5 * $0) }
            let a = Self.random(rows * inner, "a") + []
            let b = Self.random(inner * columns, "b") + []
            results.append(Kernels.gemm(a, b, rows: rows, inner: inner, columns: columns, transposeB: true))
            #expect(spare.count == padding + 1)
        }
        #expect(results.allSatisfy { $0 == results[0] })
    }

    @Test("names the backend")
    func backend() {
        #expect(
            Kernels.backend.hasPrefix("OpenBLAS") || Kernels.backend.hasPrefix("built-in") || Kernels.backend.hasPrefix("lib"))
    }
}
