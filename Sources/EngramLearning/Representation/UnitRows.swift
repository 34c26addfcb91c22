// SPDX-License-Identifier: Apache-2.0

/// Rows scaled to length 1, and the way back for gradients: what losses on cosines are made of.
struct UnitRows: Sendable {
    let width: Int
    /// Row-major [count, width]. A row shorter than `shortest` (a ReLU may switch everything off) has no direction: it becomes
    /// 0, its cosine with anything is 0, and it receives no gradient.
    let values: [Float]
    /// One over each row's length; 0 for a row without direction.
    private let scales: [Float]

    static let shortest = 1e-6

    var count: Int { scales.count }

    init(_ rows: [Float], width: Int) {
        precondition(width > 0 && rows.count % width == 0, "the values do not make rows of this width")
        var values = rows
        var scales: [Float] = []
        scales.reserveCapacity(rows.count / width)
        for start in stride(from: 0, to: rows.count, by: width) {
            var square = 0.0
            for j in start..<start + width { square += Double(rows[j]) * Double(rows[j]) }
            let length = square.squareRoot()
            let scale = length < Self.shortest ? 0 : Float(1 / length)
            for j in start..<start + width { values[j] *= scale }
            scales.append(scale)
        }
        self.width = width
        self.values = values
        self.scales = scales
    }

    /// Adds the rows' gradient that follows from `outer`, the gradient of the unit rows: (g − ⟨g, u⟩ u) / length.
    ///
    /// Both are row-major, [count, width]; `gradient` is added to from its row `first` on.
    func pullback(_ outer: [Float], into gradient: inout [Float], first: Int) {
        precondition(outer.count == values.count, "one gradient per unit row is needed")
        for row in scales.indices {
            let start = row * width
            let along = Self.dot(outer, row, values, row, width: width)
            for j in start..<start + width {
                gradient[first * width + j] += scales[row] * (outer[j] - Float(along) * values[j])
            }
        }
    }

    /// The cosine of one of our rows and one of others.
    func cosine(_ row: Int, _ other: UnitRows, _ otherRow: Int) -> Double {
        Self.dot(values, row, other.values, otherRow, width: width)
    }

    private static func dot(_ a: [Float], _ rowA: Int, _ b: [Float], _ rowB: Int, width: Int) -> Double {
        var sum = 0.0
        for j in 0..<width { sum += Double(a[rowA * width + j]) * Double(b[rowB * width + j]) }
        return sum
    }
}
