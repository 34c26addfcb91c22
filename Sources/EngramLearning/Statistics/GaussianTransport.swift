// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// The optimal transport map between two Gaussians, T(x) = m̄ + A (x − m) with A = S^(-1/2) (S^(1/2) S̄ S^(1/2))^(1/2) S^(-1/2)
/// (Dowson & Landau 1982); with variances only, A scales each feature by σ̄/σ.
///
/// The exact form, for features, of what FedOT (Farnia et al. 2022) learns as an affine map from an agent's features to a common
/// distribution: of all maps that give the features mean m̄ and covariance S̄, the one that moves them least. A is symmetric and
/// positive.
package struct GaussianTransport: Equatable, Sendable {
    private enum Slope: Equatable, Sendable {
        case diagonal([Double])
        case full(Matrix)
    }

    private let source: [Double]
    private let target: [Double]
    private let slope: Slope

    /// The map from an agent's moments to the common ones. Throws `singular` when the source's covariance cannot be inverted,
    /// which `FeatureMoments.adding(ridge:)` mends (make the target of ridged moments then): the map takes the ridged
    /// covariance to the target exactly, so the features themselves arrive with a little less. Throws `badData` when the shapes
    /// differ.
    package init(from source: FeatureMoments, to target: FeatureMoments) throws(LearningError) {
        self.source = source.mean
        self.target = target.mean
        if source.dimension != target.dimension || source.form != target.form {
            throw .badData("moments of \(source.dimension) and \(target.dimension) features, or of two forms, have no map")
        }
        switch (source.spread, target.spread) {
        case (.full(let from), .full(let to)): slope = .full(try Self.slope(from, to))
        default:
            let variances = source.variances
            if let least = variances.min(), least <= (variances.max() ?? 0) * .ulpOfOne { throw .singular }
            slope = .diagonal(zip(variances, target.variances).map { (max(0, $1) / $0).squareRoot() })
        }
    }

    private static func slope(_ from: Matrix, _ to: Matrix) throws(LearningError) -> Matrix {
        do throws(AlgebraError) {
            let eigen = try SymmetricEigen(from)
            let (root, inverse) = (eigen.squareRoot, try eigen.inverseSquareRoot(of: "an agent's covariance"))
            // With M = S̄^(1/2) S^(1/2) the middle factor is (MᵀM)^(1/2).
            let middle = try ThinSVD(try SymmetricEigen(to).squareRoot * root).symmetricFactor
            return (inverse * middle * inverse).symmetrised
        } catch {
            throw LearningError(error)
        }
    }

    package var dimension: Int { source.count }

    /// A as a matrix.
    package var matrix: Matrix {
        switch slope {
        case .diagonal(let factors): Matrix(diagonal: factors)
        case .full(let matrix): matrix
        }
    }

    /// The rows of `x`, [rows, dimension], moved.
    package func callAsFunction(_ x: Matrix) -> Matrix {
        precondition(x.columns == dimension, "a map moves vectors of its own dimension")
        let ones = Matrix(rows: x.rows, columns: 1, values: [Double](repeating: 1, count: x.rows))
        var centred = x
        centred.addProduct(ones, Matrix(rows: 1, columns: dimension, values: source.map { -$0 }))
        var moved = Matrix(zeros: x.rows, dimension)
        moved.addProduct(ones, Matrix(rows: 1, columns: dimension, values: target))
        switch slope {
        case .full(let matrix): moved.addProduct(centred, matrix)
        case .diagonal(let factors): moved.add(centred.transposed.scaling(rowsBy: factors).transposed, times: 1)
        }
        return moved
    }
}

extension Dataset {
    /// The data set with its features moved, as Float32; targets stay. Throws `badData` when the map is one of other features, or
    /// moves a feature out of Float32's range.
    package func transformed(by map: GaussianTransport) throws(LearningError) -> Dataset {
        if map.dimension != dimension { throw .badData("a map of \(map.dimension) features cannot move \(dimension)") }
        var moved: [Float] = []
        moved.reserveCapacity(count * dimension)
        for piece in Dataset.pieces(of: Array(0..<count)) { moved += Kernels.narrow(map(matrix(rows: piece)).values) }
        return try Dataset(features: .float32(moved), dimension: dimension, targets: targets)
    }
}
