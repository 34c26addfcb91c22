// SPDX-License-Identifier: Apache-2.0
import EngramTensors

extension FeatureSubspaces {
    /// How many Float32 the subspaces are coded in: classes × p × d.
    package static func codedCount(dimension: Int, classes: Int, perClass: Int) -> Int { classes * perClass * dimension }

    /// [classes, p, d], zeros where a class has fewer than p directions: a tensor of fixed size.
    package var coded: [Float] {
        var out: [Float] = []
        out.reserveCapacity(bases.count * perClass * dimension)
        for basis in bases {
            out += Kernels.narrow(basis.values)
            out += [Float](repeating: 0, count: (perClass - basis.rows) * dimension)
        }
        return out
    }

    /// Reads what `coded` wrote, and orthonormalises again what Float32 has rounded. Throws `badData` unless the size is right,
    /// all numbers are finite, and each class holds unit vectors at right angles (to 10⁻³), then zeros.
    package init(coded: [Float], dimension: Int, classes: Int, perClass: Int) throws(LearningError) {
        if coded.count != Self.codedCount(dimension: dimension, classes: classes, perClass: perClass) {
            throw .badData("\(coded.count) numbers are not \(classes) × \(perClass) directions of \(dimension) features")
        }
        if !Kernels.isFinite(coded) { throw .badData("received subspaces hold numbers that are not finite") }
        var bases: [Matrix] = []
        for c in 0..<classes {
            let start = c * perClass * dimension
            let values = coded[start..<start + perClass * dimension].map { Double($0) }
            bases.append(try Self.basis(Matrix(rows: perClass, columns: dimension, values: values), of: c))
        }
        try self.init(dimension: dimension, perClass: perClass, bases: bases)
    }

    private static func basis(_ rows: Matrix, of number: Int) throws(LearningError) -> Matrix {
        let squares = rows.rowSquares
        let size = squares.firstIndex(of: 0) ?? rows.rows
        let kept = rows.selecting(rows: 0..<size)
        var errors = kept * kept.transposed
        for i in 0..<size { errors[i, i] -= 1 }
        if squares[size...].contains(where: { $0 != 0 }) || errors.largestMagnitude > 1e-3 {
            throw .badData("the received directions of class \(number) are not unit vectors at right angles, then zeros")
        }
        do throws(AlgebraError) {
            return try Orthonormal.basis(of: kept, tolerance: newness)
        } catch {
            throw LearningError(error)
        }
    }
}
