// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// The Wasserstein barycentre of Gaussians: the one that is nearest to all of them in the mean, and so the common distribution
/// that agents' features reach with the least movement.
package enum GaussianBarycentre {
    /// Some ten steps are usual.
    private static let stepLimit = 200
    /// Of the covariance's norm: a step as small ends the search, and below the second one also a step that is no smaller than
    /// the one before, as when badly conditioned covariances leave no more digits than that.
    private static let tolerance = 1e-12, coarseTolerance = 1e-6

    /// The barycentre with one non-negative weight for each; its own weight is the sum of the moments' weights.
    ///
    /// Its mean is the weighted mean. With variances only, its deviations are the weighted mean deviations. Else the covariance
    /// is the fixed point of S ← S^(-1/2) (Σ wᵢ (S^(1/2) Sᵢ S^(1/2))^(1/2))² S^(-1/2) (Álvarez-Esteban, del Barrio,
    /// Cuesta-Albertos & Matrán 2016), from (Σ wᵢ Sᵢ^(1/2))², which is the answer already when the covariances commute. Each
    /// step costs an eigenvalue problem for every agent: 20 agents with 512 features take about a minute, so that many features
    /// want variances only.
    ///
    /// Throws `badData` without parts, with parts of several shapes, or weights without a sum; `singular` when the barycentre
    /// cannot be inverted (one covariance with a weight that can be inverted is enough, see `FeatureMoments.adding(ridge:)`).
    package static func of(_ parts: [FeatureMoments], weights: [Double]) throws(LearningError) -> FeatureMoments {
        precondition(weights.count == parts.count, "one weight per part is needed")
        guard let first = parts.first else { throw .badData("there are no moments to be averaged") }
        let sum = weights.reduce(0, +)
        if !(sum > 0) || !sum.isFinite || weights.contains(where: { $0 < 0 }) {
            throw .badData("the weights of a barycentre must not be negative, and one must be positive")
        }
        if parts.contains(where: { $0.dimension != first.dimension || $0.form != first.form }) {
            throw .badData("moments of several shapes cannot be averaged")
        }
        let counted = zip(parts, weights).filter { $1 > 0 }.map { (part: $0, share: $1 / sum) }
        var mean = [Double](repeating: 0, count: first.dimension)
        for (part, share) in counted { for i in mean.indices { mean[i] += share * part.mean[i] } }

        let spread: FeatureMoments.Spread
        switch first.form {
        case .diagonal:
            var deviations = [Double](repeating: 0, count: first.dimension)
            for (part, share) in counted {
                for (i, variance) in part.variances.enumerated() { deviations[i] += share * max(0, variance).squareRoot() }
            }
            spread = .diagonal(deviations.map { $0 * $0 })
        case .full:
            var covariances: [(Matrix, Double)] = []
            for (part, share) in counted { if case .full(let matrix) = part.spread { covariances.append((matrix, share)) } }
            spread = .full(try fixedPoint(covariances))
        }
        return FeatureMoments(weight: parts.reduce(0) { $0 + $1.weight }, mean: mean, spread: spread)
    }

    private static func fixedPoint(_ parts: [(covariance: Matrix, share: Double)]) throws(LearningError) -> Matrix {
        do throws(AlgebraError) {
            let n = parts.first?.covariance.rows ?? 0
            var roots: [(Matrix, Double)] = []
            var start = Matrix(zeros: n, n)
            for (covariance, share) in parts {
                let root = try SymmetricEigen(covariance).squareRoot
                roots.append((root, share))
                start.add(root, times: share)
            }
            var current = (start * start).symmetrised
            var before = (matrix: current, step: Double.infinity)
            for _ in 0..<stepLimit {
                let eigen = try SymmetricEigen(current)
                let (root, inverse) = (eigen.squareRoot, try eigen.inverseSquareRoot(of: "the barycentre's covariance"))
                var sum = Matrix(zeros: n, n)
                for (other, share) in roots { sum.add(try ThinSVD(other * root).symmetricFactor, times: share) }
                // At the fixed point the sum is the matrix itself.
                var change = sum
                change.add(current, times: -1)
                let step = (change.rowSquares.reduce(0, +) / current.rowSquares.reduce(0, +)).squareRoot()
                if step <= tolerance { return current }
                if step <= coarseTolerance && step >= before.step { return before.matrix }
                before = (current, step)
                current = (inverse * sum * sum * inverse).symmetrised
            }
            throw .noConvergence("the barycentre of the agents' covariances")
        } catch {
            throw LearningError(error)
        }
    }
}
