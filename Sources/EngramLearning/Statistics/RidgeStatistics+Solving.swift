// SPDX-License-Identifier: Apache-2.0
import CKernels
package import EngramTensors

extension RidgeStatistics {
    /// The minimum of Σ ½‖xW + b − y‖² + ½ strength ‖W‖²; the bias is free.
    ///
    /// Throws `singular` when the normal equations have no unique solution.
    package func solve(strength: Double) throws(LearningError) -> RidgeSolution {
        try solve(strength: strength, towards: RidgeSolution(zeros: dimension, outputs), pullsBias: false)
    }

    /// The solution as the parameters of a linear network with our numbers of inputs and outputs.
    package func solve(strength: Double, for network: Network) throws(LearningError) -> ParameterSet {
        try solve(strength: strength).parameters(of: network)
    }

    /// The minimum of Σ ½‖xW + b − y‖² + ½ strength ‖W − V‖² (+ ½ strength ‖b − c‖² with `pullsBias`), V and c being `prior`'s
    /// weights and bias: the exact personal model of Ditto (Li et al. 2021) for a linear model and squared error, (A + λI)⁻¹(B
    /// + λV).
    ///
    /// Ditto pulls every parameter, the bias too; a free bias lets an agent keep its own level at no price. Throws `singular`
    /// when there is no unique solution: with strength 0 and dependent features, or with a free bias and no rows.
    package func solve(
        strength: Double, towards prior: RidgeSolution, pullsBias: Bool
    ) throws(LearningError) -> RidgeSolution {
        precondition(prior.dimension == dimension && prior.outputs == outputs, "a prior of the statistics' shape is needed")
        let n = dimension + 1
        let pulled = pullsBias ? n : dimension
        var a = gram
        var b = cross
        for i in 0..<pulled {
            a[i * n + i] += strength
            for k in 0..<outputs { b[i * outputs + k] += strength * prior.values[i * outputs + k] }
        }
        if unsafe ek_cholesky_solve(n, outputs, &a, &b) == 0 || !b.allSatisfy(\.isFinite) { throw .singular }
        return RidgeSolution(dimension: dimension, outputs: outputs, values: b)
    }
}
