// SPDX-License-Identifier: Apache-2.0

/// For rules that need all updates at once: they see a range of coordinates at a time, so that memory is bounded by `sliceBytes` and
/// one update, whatever the number of agents. Each update is read once for every slice.
extension UpdateBatch {
    /// Walks over `count` coordinates in order; `body` gets a range and every update's numbers there, in agent order.
    func forEachSlice(count: Int, _ body: (Range<Int>, [[Float]]) throws -> Void) throws {
        guard self.count > 0, count > 0 else { return }
        let width = max(1, min(count, sliceBytes / (4 * self.count)))
        for start in stride(from: 0, to: count, by: width) {
            let range = start..<min(start + width, count)
            try body(range, try (0..<self.count).map { Array(try read($0)[range]) })
        }
    }

    /// One number per coordinate from the updates' numbers there, which `rule` gets in ascending order; zeros without updates.
    func perCoordinate(count: Int, _ rule: (_ ascending: [Float]) -> Double) throws -> [Float] {
        guard self.count > 0 else { return [Float](repeating: 0, count: count) }
        var out: [Float] = []
        out.reserveCapacity(count)
        var column = [Float](repeating: 0, count: self.count)
        try forEachSlice(count: count) { range, slices in
            for j in 0..<range.count {
                for i in slices.indices { column[i] = slices[i][j] }
                column.sort()
                out.append(Float(rule(column)))
            }
        }
        return out
    }

    /// The inner products of all pairs, n² Float64 numbers, in O(n²·count) time.
    func gram(count: Int) throws -> Gram {
        var gram = Gram(count: self.count)
        try forEachSlice(count: count) { _, slices in gram.add(slices) }
        return gram
    }
}
