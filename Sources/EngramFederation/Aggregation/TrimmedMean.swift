// SPDX-License-Identifier: Apache-2.0

/// Per coordinate: drop the ⌊trim·n⌋ largest and smallest values, average the rest, unweighted.
///
/// Yin et al. 2018. Works a slice of coordinates at a time, so memory is bounded by `sliceBytes` whatever the number of agents.
package struct TrimmedMean: Aggregation {
    package static let name = "trimmed_mean"
    package static let summary = "mean per coordinate without the extremes (Yin et al. 2018)"
    /// Memory for one slice of all updates.
    var sliceBytes = 64 << 20

    package var trim = 0.1

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("trim", &trim, 0...0.49, "share dropped at each end, of the group's updates")
    }

    package var toleratesSparseUpdates: Bool { false }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        let n = updates.count
        guard n > 0 else { return [Float](repeating: 0, count: count) }
        let drop = Int(trim * Double(n))
        let width = max(1, min(count, sliceBytes / (4 * n)))
        var out: [Float] = []
        out.reserveCapacity(count)
        var column = [Float](repeating: 0, count: n)
        for start in stride(from: 0, to: count, by: width) {
            let range = start..<min(start + width, count)
            var slices: [ArraySlice<Float>] = []
            for i in 0..<n { slices.append(ArraySlice(Array(try updates.read(i)[range]))) }
            for j in 0..<range.count {
                for i in 0..<n { column[i] = slices[i][j] }
                column.sort()
                var sum = 0.0
                for value in column[drop..<(n - drop)] { sum += Double(value) }
                out.append(Float(sum / Double(n - 2 * drop)))
            }
        }
        return out
    }
}
