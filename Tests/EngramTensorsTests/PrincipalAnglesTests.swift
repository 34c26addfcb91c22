// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation
import Testing

@Suite("Principal angles", .timeLimit(.minutes(5)))
struct PrincipalAnglesTests {
    /// Two subspaces of 2·count dimensions that are apart by the given angles, both seen in a turned frame and by turned bases.
    static func spans(apart degrees: [Double], seed: UInt64) throws -> (Matrix, Matrix) {
        let n = degrees.count
        var (a, b) = (Matrix(zeros: n, 2 * n), Matrix(zeros: n, 2 * n))
        for (i, angle) in degrees.enumerated() {
            a[i, 2 * i] = 1
            b[i, 2 * i] = cos(angle * .pi / 180)
            b[i, 2 * i + 1] = sin(angle * .pi / 180)
        }
        let frame = try Orthonormal.basis(of: Sample.matrix(2 * n, 2 * n, seed: seed), tolerance: 1e-9)
        let (p, q) = (
            try Orthonormal.basis(of: Sample.matrix(n, n, seed: seed + 1), tolerance: 1e-9),
            try Orthonormal.basis(of: Sample.matrix(n, n, seed: seed + 2), tolerance: 1e-9)
        )
        return (p * a * frame, q * b * frame)
    }

    @Test(
        "known angles come back, small ones and right ones too",
        arguments: [[30.0], [0, 90], [1e-9, 1e-6, 0.001, 45], [5, 5, 5, 60, 89.999999], [90, 90, 90], [0, 0, 0]])
    func known(angles: [Double]) throws {
        let (a, b) = try Self.spans(apart: angles, seed: 11)
        let found = try PrincipalAngles(between: a, and: b).degrees
        #expect(found.count == angles.count)
        for (x, y) in zip(found, angles.sorted()) { #expect(abs(x - y) < 1e-12 * 180) }
        #expect(try PrincipalAngles(between: b, and: a).degrees.elementsEqual(found) { abs($0 - $1) < 1e-11 })
    }

    @Test("a line and a plane, a plane and the space that holds it")
    func dimensions() throws {
        let line = Matrix(rows: 1, columns: 3, values: [0.6, 0, 0.8])
        let plane = Matrix(rows: 2, columns: 3, values: [1, 0, 0, 0, 1, 0])
        let angles = try PrincipalAngles(between: line, and: plane)
        #expect(angles.degrees.count == 1)
        #expect(abs((angles.smallest ?? 0) - acos(0.6) * 180 / .pi) < 1e-12)
        #expect(try PrincipalAngles(between: Sample.identity(3), and: plane).degrees.allSatisfy { $0 < 1e-12 })
        #expect(try PrincipalAngles(between: plane, and: Matrix(zeros: 0, 3)).smallest == nil)
    }

    @Test("the smallest angle is what a search over both subspaces finds")
    func search() throws {
        let a = try Orthonormal.basis(of: Sample.matrix(2, 5, seed: 21), tolerance: 1e-9)
        let b = try Orthonormal.basis(of: Sample.matrix(2, 5, seed: 22), tolerance: 1e-9)
        let inner = a * b.transposed
        var best = 0.0
        for i in 0..<720 {
            for j in 0..<720 {
                let (s, t) = (Double(i) * .pi / 720, Double(j) * .pi / 720)
                let cosine =
                    cos(s) * (inner[0, 0] * cos(t) + inner[0, 1] * sin(t)) + sin(s)
                    * (inner[1, 0] * cos(t) + inner[1, 1] * sin(t))
                best = max(best, abs(cosine))
            }
        }
        let smallest = try #require(try PrincipalAngles(between: a, and: b).smallest)
        #expect(abs(smallest - acos(best) * 180 / .pi) < 0.05)
        #expect(cos(smallest * .pi / 180) >= best - 1e-12)
    }
}
