// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// The mean of feature vectors and how they spread around it, mergeable over agents.
package struct FeatureMoments: Equatable, Sendable {
    /// Whether features are taken one by one, or with their correlations.
    package enum Form: String, Codable, Sendable, CaseIterable { case diagonal, full }

    /// Variances [d], or the covariance [d, d]; divided by the weight, not by the weight less one.
    package enum Spread: Equatable, Sendable {
        case diagonal([Double])
        case full(Matrix)
    }

    /// The number of rows, or any other sum of weights.
    package private(set) var weight: Double
    package private(set) var mean: [Double]
    package private(set) var spread: Spread

    /// Shapes must fit, and numbers be finite: from outside they come through `init(coded:)`.
    package init(weight: Double, mean: [Double], spread: Spread) {
        switch spread {
        case .diagonal(let variances): precondition(variances.count == mean.count, "one variance per feature is needed")
        case .full(let matrix):
            precondition(matrix.rows == mean.count && matrix.columns == mean.count, "a covariance is features × features")
        }
        self.weight = weight
        self.mean = mean
        self.spread = spread
    }

    /// The moments of some rows; all zeros, with weight 0, without any. Centred before anything is squared, so that a large
    /// mean costs no digits.
    package init(_ data: Dataset, rows: [Int], form: Form) {
        let d = data.dimension
        let share = rows.isEmpty ? 0 : 1 / Double(rows.count)
        var mean = Matrix(zeros: 1, d)
        for piece in Dataset.pieces(of: rows) {
            mean.addProduct(Matrix(rows: 1, columns: piece.count, values: piece.map { _ in share }), data.matrix(rows: piece))
        }
        var variances = [Double](repeating: 0, count: d)
        var covariance = Matrix(zeros: form == .full ? d : 0, form == .full ? d : 0)
        for piece in Dataset.pieces(of: rows) {
            var centred = data.matrix(rows: piece)
            centred.addProduct(Matrix(rows: piece.count, columns: 1, values: piece.map { _ in -1 }), mean)
            let columns = centred.transposed
            switch form {
            case .diagonal: for (i, square) in columns.rowSquares.enumerated() { variances[i] += square * share }
            case .full: covariance.addProduct(columns.scaling(rowsBy: [Double](repeating: share, count: d)), centred)
            }
        }
        self.init(
            weight: Double(rows.count), mean: mean.values,
            spread: form == .full ? .full(covariance.symmetrised) : .diagonal(variances))
    }

    package var dimension: Int { mean.count }
    package var form: Form { if case .full = spread { .full } else { .diagonal } }

    /// The variances of single features.
    package var variances: [Double] {
        switch spread {
        case .diagonal(let variances): variances
        case .full(let matrix): matrix.diagonal
        }
    }

    /// Adds another's rows, each counting `weight`: the moments of the mixture, between-agent spread included (Chan, Golub &
    /// LeVeque 1983).
    package mutating func merge(_ other: FeatureMoments, weight factor: Double) {
        precondition(other.dimension == dimension && other.form == form, "moments of one shape are needed")
        let total = weight + other.weight * factor
        if !(total > 0) { return }
        let (mine, theirs) = (weight / total, other.weight * factor / total)
        let gap = zip(mean, other.mean).map { $1 - $0 }
        switch (spread, other.spread) {
        case (.diagonal(let a), .diagonal(let b)):
            spread = .diagonal(a.indices.map { mine * a[$0] + theirs * b[$0] + mine * theirs * gap[$0] * gap[$0] })
        case (.full(let a), .full(let b)):
            var mixed = Matrix(zeros: dimension, dimension)
            mixed.add(a, times: mine)
            mixed.add(b, times: theirs)
            let column = Matrix(rows: dimension, columns: 1, values: gap.map { $0 * mine * theirs })
            mixed.addProduct(column, Matrix(rows: 1, columns: dimension, values: gap))
            spread = .full(mixed)
        case (.diagonal, .full), (.full, .diagonal): preconditionFailure("moments of one form are needed")
        }
        mean = mean.indices.map { mean[$0] + theirs * gap[$0] }
        weight = total
    }

    /// The moments with `ridge` (in squared units of the features) added to each variance: what makes the covariance of fewer
    /// rows than features, or of a constant feature, invertible.
    package func adding(ridge: Double) -> FeatureMoments {
        switch spread {
        case .diagonal(let variances):
            return FeatureMoments(weight: weight, mean: mean, spread: .diagonal(variances.map { $0 + ridge }))
        case .full(var matrix):
            for i in 0..<dimension { matrix[i, i] += ridge }
            return FeatureMoments(weight: weight, mean: mean, spread: .full(matrix))
        }
    }
}
