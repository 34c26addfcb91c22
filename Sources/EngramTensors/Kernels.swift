// SPDX-License-Identifier: Apache-2.0
import CKernels

/// Loops over floats, written in C so that they are as fast in debug builds.
///
/// Arrays that belong together must have the same length: a difference is a bug of the caller and traps. All sums are taken in a
/// fixed order.
package enum Kernels {
    /// The matrix product in use, such as "OpenBLAS SkylakeX" or "built-in avx2". Opens the library when nobody has yet.
    package static var backend: String { unsafe String(cString: ek_backend()) }

    /// y += a x.
    package static func axpy(_ a: Float, _ x: [Float], into y: inout [Float]) {
        precondition(x.count == y.count, "axpy needs two arrays of one length")
        unsafe ek_axpy(x.count, a, x, &y)
    }

    /// x *= a.
    package static func scale(_ a: Float, _ x: inout [Float]) { unsafe ek_scale(x.count, a, &x) }

    /// The inner product, summed in Float64.
    package static func dot(_ x: [Float], _ y: [Float]) -> Double {
        precondition(x.count == y.count, "dot needs two arrays of one length")
        return unsafe ek_dot(x.count, x, y)
    }

    /// The Euclidean length, summed in Float64.
    package static func norm(_ x: [Float]) -> Double { dot(x, x).squareRoot() }

    /// a - b.
    package static func subtract(_ a: [Float], _ b: [Float]) -> [Float] {
        precondition(a.count == b.count, "subtract needs two arrays of one length")
        return unsafe [Float](unsafeUninitializedCapacity: max(1, a.count)) { buffer, count in
            if let base = buffer.baseAddress { unsafe ek_subtract(a.count, a, b, base) }
            count = a.count
        }
    }

    /// Whether there is neither a NaN nor an infinity.
    package static func isFinite(_ x: [Float]) -> Bool { unsafe ek_is_finite(x.count, x) != 0 }

    /// sum += weight x, in Float64: what folds of many updates use.
    package static func accumulate(_ x: [Float], weight: Double, into sum: inout [Double]) {
        precondition(x.count == sum.count, "accumulate needs two arrays of one length")
        unsafe ek_accumulate(x.count, x, weight, &sum)
    }

    /// factor x, rounded to Float32: how a fold ends.
    package static func narrow(_ x: [Double], times factor: Double = 1) -> [Float] {
        unsafe [Float](unsafeUninitializedCapacity: max(1, x.count)) { buffer, count in
            if let base = buffer.baseAddress { unsafe ek_narrow(x.count, x, factor, base) }
            count = x.count
        }
    }

    /// The matrix product `op(a) op(b)` of row-major matrices, [rows, inner] times [inner, columns]; a transposed operand is
    /// stored
    /// with its sizes swapped.
    package static func gemm(
        _ a: [Float], _ b: [Float], rows: Int, inner: Int, columns: Int, transposeA: Bool = false, transposeB: Bool = false
    ) -> [Float] {
        precondition(a.count == rows * inner && b.count == inner * columns, "gemm needs arrays of the stated shapes")
        var c = [Float](repeating: 0, count: rows * columns)
        if rows == 0 || inner == 0 || columns == 0 { return c }
        unsafe ek_sgemm(
            transposeA ? 1 : 0, transposeB ? 1 : 0, rows, columns, inner, 1, a, transposeA ? rows : inner, b,
            transposeB ? inner : columns, 0, &c, columns)
        return c
    }
}
