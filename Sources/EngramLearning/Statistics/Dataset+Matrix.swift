// SPDX-License-Identifier: Apache-2.0
import EngramTensors

extension Dataset {
    /// The features of some rows in Float64, [rows.count, dimension].
    func matrix(rows: some Collection<Int>) -> Matrix {
        let floats = floats(rows: Array(rows))
        return Matrix(rows: rows.count, columns: dimension, values: floats.map { Double($0) })
    }

    /// The rows in pieces of at most 256, so that work in Float64 needs no second copy of the data.
    static func pieces(of rows: [Int]) -> [ArraySlice<Int>] {
        stride(from: 0, to: rows.count, by: 256).map { rows[$0..<min($0 + 256, rows.count)] }
    }
}
