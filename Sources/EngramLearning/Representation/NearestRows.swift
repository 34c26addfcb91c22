// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// The nearest of stored rows by Euclidean distance, found by comparing with all of them.
struct NearestRows: Sendable {
    struct Match: Equatable {
        var row: Int
        var distance: Double
    }

    let width: Int
    let count: Int
    /// The rows less `center`, and their squared lengths. Centred, since ‖a‖² − 2 a·b + ‖b‖² loses digits far from the origin.
    private let rows: [Float]
    private let center: [Float]
    private let squares: [Float]

    /// The rows are row-major [count, width].
    init(_ rows: [Float], width: Int) {
        precondition(width > 0 && rows.count % width == 0, "the values do not make rows of this width")
        self.width = width
        count = rows.count / width
        center = Prototypes.sums(rows, width: width, keys: [Int](repeating: 0, count: count), count: 1).means
        self.rows = Self.subtract(center, from: rows)
        squares = Self.squares(self.rows, width: width)
    }

    /// For each query, row-major [queries, width], the `limit` nearest rows (or all there are), nearest first, the lower row of
    /// equals first.
    ///
    /// A query that is not finite has no matches.
    func nearest(_ limit: Int, to queries: [Float]) -> [[Match]] {
        precondition(queries.count % width == 0, "the queries are of another width than the rows")
        var all: [[Match]] = []
        all.reserveCapacity(queries.count / width)
        for start in stride(from: 0, to: queries.count, by: 256 * width) {
            let part = Self.subtract(center, from: Array(queries[start..<min(start + 256 * width, queries.count)]))
            let products = Kernels.gemm(
                part, rows, rows: part.count / width, inner: width, columns: count, transposeB: true)
            for query in 0..<part.count / width {
                all.append(matches(limit, products, query).map { exact($0, part, query) }.sorted(by: Self.isBefore))
            }
        }
        return all
    }

    /// The `limit` least of squared distance − ‖query‖², by insertion into a short list.
    private func matches(_ limit: Int, _ products: [Float], _ query: Int) -> [Match] {
        var best: [Match] = []
        if limit < 1 { return best }
        for row in 0..<count {
            let match = Match(row: row, distance: Double(squares[row] - 2 * products[query * count + row]))
            if !match.distance.isFinite { continue }
            if best.count == limit {
                if let last = best.last, !Self.isBefore(match, last) { continue }
                best.removeLast()
            }
            best.insert(match, at: best.firstIndex { Self.isBefore(match, $0) } ?? best.count)
        }
        return best
    }

    /// The distance anew, from differences.
    private func exact(_ match: Match, _ queries: [Float], _ query: Int) -> Match {
        var square = 0.0
        for j in 0..<width {
            let difference = Double(queries[query * width + j]) - Double(rows[match.row * width + j])
            square += difference * difference
        }
        return Match(row: match.row, distance: square.squareRoot())
    }

    private static func isBefore(_ a: Match, _ b: Match) -> Bool { (a.distance, a.row) < (b.distance, b.row) }

    private static func subtract(_ center: [Float], from rows: [Float]) -> [Float] {
        var out = rows
        for i in out.indices { out[i] -= center[i % center.count] }
        return out
    }

    private static func squares(_ rows: [Float], width: Int) -> [Float] {
        stride(from: 0, to: rows.count, by: width).map { start in
            Float(rows[start..<start + width].reduce(0.0) { $0 + Double($1) * Double($1) })
        }
    }
}
