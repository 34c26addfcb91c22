// SPDX-License-Identifier: Apache-2.0

/// Sets of positions in a network's flat values, as ranges in order that neither meet nor overlap.
enum FlatRanges {
    /// The positions in 0..<count that some range covers.
    static func union(_ ranges: [Range<Int>], in count: Int) -> [Range<Int>] {
        complement(of: complement(of: ranges, in: count), in: count)
    }

    /// The positions in 0..<count that no range covers.
    static func complement(of ranges: [Range<Int>], in count: Int) -> [Range<Int>] {
        var free: [Range<Int>] = []
        var start = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > start { free.append(start..<min(range.lowerBound, count)) }
            start = max(start, range.upperBound)
            if start >= count { return free }
        }
        if start < count { free.append(start..<count) }
        return free
    }
}
