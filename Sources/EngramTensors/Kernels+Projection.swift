// SPDX-License-Identifier: Apache-2.0
import CKernels

extension Kernels {
    /// The largest block of the projection: 256 KiB of floats, which stays in a second-level cache.
    private static let projectionBlock = 1 << 16

    /// R x with a seeded random matrix R in {±1/√size}^(size × n) that is never stored.
    ///
    /// x is cut into blocks of 65,536 (the last padded with zeros to a power of two N); each block is multiplied by seeded random
    /// signs and by the Walsh–Hadamard matrix, `size` of whose rows are kept, drawn without replacement (in whole rounds of
    /// all rows when size > N), divided by √size, and the blocks are summed: the subsampled randomised Hadamard transform
    /// (Ailon &
    /// Chazelle 2009; Tropp 2011). Over seeds, ⟨Rx, Ry⟩ has the mean ⟨x, y⟩ and a standard deviation of about ‖x‖‖y‖/√size.
    /// Agents and coordinator must use the same seed; vectors of different length cannot be compared.
    package static func signProjection(_ x: [Float], size: Int, seed: UInt64) -> [Float] {
        precondition(size > 0, "a projection needs at least one coordinate")
        var result = [Float](repeating: 0, count: size)
        var work: [Float] = []
        var start = 0
        var block = 0
        while start < x.count {
            let n = min(projectionBlock, x.count - start)
            var padded = 1
            while padded < n { padded *= 2 }
            if work.count != padded { work = [Float](repeating: 0, count: padded) }
            var generator = SeededGenerator(seed: seed, "projection", String(block))
            let signs = generator.next()
            unsafe x.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress else { return }
                unsafe ek_signed_hadamard(n, base + start, signs, padded, &work)
            }
            let rows = Self.rows(size, of: padded, using: &generator)
            for j in 0..<size { result[j] += work[rows[j]] }
            start += n
            block += 1
        }
        scale(1 / Float(size).squareRoot(), &result)
        return result
    }

    private static func rows(_ size: Int, of n: Int, using generator: inout SeededGenerator) -> [Int] {
        var rows: [Int] = []
        rows.reserveCapacity(size)
        if n <= 4 * size {
            while rows.count < size { rows += generator.permutation(n).prefix(size - rows.count) }
            return rows
        }
        // Few of many: drawing again what was already taken is cheaper than a whole permutation.
        var taken: Set<Int> = []
        while rows.count < size {
            let row = generator.below(n)
            if taken.insert(row).inserted { rows.append(row) }
        }
        return rows
    }
}
