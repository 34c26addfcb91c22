// SPDX-License-Identifier: Apache-2.0

/// How far two updates are apart.
enum UpdateDistance: String, CaseIterable, Sendable {
    /// Σ|a − b|.
    case l1
    /// ‖a − b‖.
    case l2
    /// 1 − cos(a, b); 1 where an update is zero.
    case cosine

    /// The distances of all pairs of updates of `count` numbers, a full symmetric matrix; O(n²·count) time, memory as of one slice.
    func table(_ updates: UpdateBatch, count: Int) throws -> [[Double]] {
        switch self {
        case .l1: return try Self.sums(updates, count: count)
        case .l2:
            let gram = try updates.gram(count: count)
            return gram.table { gram.squaredDistance($0, $1).squareRoot() }
        case .cosine:
            let gram = try updates.gram(count: count)
            return gram.table { 1 - gram.cosine($0, $1) }
        }
    }

    private static func sums(_ updates: UpdateBatch, count: Int) throws -> [[Double]] {
        var table = [[Double]](repeating: [Double](repeating: 0, count: updates.count), count: updates.count)
        try updates.forEachSlice(count: count) { range, slices in
            for i in slices.indices {
                for j in 0..<i {
                    var sum = 0.0
                    for k in 0..<range.count { sum += Double(abs(slices[i][k] - slices[j][k])) }
                    table[i][j] += sum
                    table[j][i] += sum
                }
            }
        }
        return table
    }
}

extension Gram {
    /// A symmetric matrix with a number for each pair, and zeros on the diagonal.
    func table(_ pair: (Int, Int) -> Double) -> [[Double]] {
        var table = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        for i in 0..<count {
            for j in 0..<i {
                table[i][j] = pair(i, j)
                table[j][i] = table[i][j]
            }
        }
        return table
    }
}
