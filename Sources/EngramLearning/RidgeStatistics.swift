// SPDX-License-Identifier: Apache-2.0
import CKernels
package import EngramTensors

/// The sufficient statistics of least squares: they add up over rows and over agents, and one solve gives the linear model that
/// training on all rows together would reach (Fed3R, Fanì et al. 2024; AFL, He et al. 2024).
package struct RidgeStatistics: Equatable, Sendable {
    package let dimension: Int
    package let outputs: Int
    package private(set) var count = 0
    /// The upper triangle of [x 1]ᵀ[x 1], (dimension + 1)².
    package private(set) var gram: [Double]
    /// [x 1]ᵀ y, (dimension + 1) × outputs.
    package private(set) var cross: [Double]

    package init(dimension: Int, outputs: Int) {
        self.dimension = dimension
        self.outputs = outputs
        gram = [Double](repeating: 0, count: (dimension + 1) * (dimension + 1))
        cross = [Double](repeating: 0, count: (dimension + 1) * outputs)
    }

    /// Adds rows; classes count as one column each, 1 for the row's class and 0 else, when there is more than one output.
    package mutating func add(_ data: Dataset, rows: [Int]) {
        precondition(data.dimension == dimension, "the statistics belong to another number of features")
        let scores = data.scores
        for start in stride(from: 0, to: rows.count, by: 256) {
            let part = Array(rows[start..<min(start + 256, rows.count)])
            var targets = [Float](repeating: 0, count: part.count * outputs)
            for (i, row) in part.enumerated() {
                if outputs == 1 {
                    targets[i] = scores[row]
                } else if (0..<Float(outputs)).contains(scores[row]) {
                    targets[i * outputs + Int(scores[row])] = 1
                }
            }
            unsafe ek_gram(part.count, dimension, outputs, data.floats(rows: part), targets, &gram, &cross)
        }
        count += rows.count
    }

    /// Adds another agent's statistics.
    package mutating func merge(_ other: RidgeStatistics) {
        precondition(other.dimension == dimension && other.outputs == outputs, "statistics of one shape are needed")
        for i in gram.indices { gram[i] += other.gram[i] }
        for i in cross.indices { cross[i] += other.cross[i] }
        count += other.count
    }

    /// The minimum of Σ ½‖xW + b − y‖² + ½ strength ‖W‖² (the bias is free), as the values of a linear network's layout.
    ///
    /// Throws `singular` when the normal equations have no unique solution.
    package func solve(strength: Double) throws(LearningError) -> (weight: [Float], bias: [Float]) {
        let n = dimension + 1
        var a = gram
        var b = cross
        for i in 0..<dimension { a[i * n + i] += strength }
        if unsafe ek_cholesky_solve(n, outputs, &a, &b) == 0 || !b.allSatisfy(\.isFinite) { throw .singular }
        var weight = [Float](repeating: 0, count: outputs * dimension)
        for i in 0..<dimension { for k in 0..<outputs { weight[k * dimension + i] = Float(b[i * outputs + k]) } }
        return (weight, (0..<outputs).map { Float(b[dimension * outputs + $0]) })
    }

    /// The solution as the parameters of a linear network with our numbers of inputs and outputs.
    package func solve(strength: Double, for network: Network) throws(LearningError) -> ParameterSet {
        if !network.spec.hidden.isEmpty || network.spec.inputs != dimension || network.spec.outputs != outputs {
            throw .badModel("a ridge solution fits only a linear model of \(dimension) inputs and \(outputs) outputs")
        }
        let (weight, bias) = try solve(strength: strength)
        do throws(TensorError) {
            return try ParameterSet(layout: network.layout, values: weight + bias)
        } catch {
            throw .badModel(error.description)
        }
    }
}
