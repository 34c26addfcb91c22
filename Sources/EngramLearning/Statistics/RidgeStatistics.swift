// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The sufficient statistics of least squares: they add up over rows and over agents, and one solve gives the linear model that
/// training on all rows together would reach (Fed3R, Fanì et al. 2024; AFL, He et al. 2024).
///
/// AFL adds a ridge per agent so that each agent's matrix can be inverted, and takes it out again at the end; plain sums in
/// Float64 and one solve give the same, so that is what is done here. Solved by our own Cholesky, since a BLAS found at run
/// time does not promise a LAPACK.
package struct RidgeStatistics: Equatable, Sendable {
    package let dimension: Int
    package let outputs: Int
    /// The number of rows added, and those of statistics merged with any weight.
    package private(set) var count = 0
    /// The upper triangle of [x 1]ᵀ[x 1], (dimension + 1)².
    package private(set) var gram: [Double]
    /// [x 1]ᵀ y, (dimension + 1) × outputs.
    package private(set) var cross: [Double]

    package init(dimension: Int, outputs: Int) {
        self.init(
            dimension: dimension, outputs: outputs, count: 0,
            gram: [Double](repeating: 0, count: (dimension + 1) * (dimension + 1)),
            cross: [Double](repeating: 0, count: (dimension + 1) * outputs))
    }

    /// For numbers that were checked.
    init(dimension: Int, outputs: Int, count: Int, gram: [Double], cross: [Double]) {
        self.dimension = dimension
        self.outputs = outputs
        self.count = count
        self.gram = gram
        self.cross = cross
    }

    /// Adds rows; classes count as one column each, 1 for the row's class and 0 else, when there is more than one output.
    package mutating func add(_ data: Dataset, rows: [Int]) {
        precondition(data.dimension == dimension, "the statistics belong to another number of features")
        let scores = data.scores
        for start in stride(from: 0, to: rows.count, by: 256) {
            let part = Array(rows[start..<min(start + 256, rows.count)])
            let targets = Self.targets(scores, part, outputs)
            unsafe ek_gram(part.count, dimension, outputs, data.floats(rows: part), targets, &gram, &cross)
        }
        count += rows.count
    }

    /// What is to be predicted in each row, [rows, outputs].
    static func targets(_ scores: [Float], _ rows: [Int], _ outputs: Int) -> [Float] {
        if outputs == 1 { return rows.map { scores[$0] } }
        var targets = [Float](repeating: 0, count: rows.count * outputs)
        for (i, row) in rows.enumerated() where (0..<Float(outputs)).contains(scores[row]) {
            targets[i * outputs + Int(scores[row])] = 1
        }
        return targets
    }

    /// Adds another agent's statistics.
    package mutating func merge(_ other: RidgeStatistics) { merge(other, weight: 1) }

    /// Adds statistics as if each of their rows were there `weight` times; the weight is finite and not negative.
    package mutating func merge(_ other: RidgeStatistics, weight: Double) {
        precondition(weight.isFinite && weight >= 0, "statistics are merged with a weight of 0 or more")
        addScaled(other, weight)
        count += other.count
    }

    /// Takes rows out that were added before: what is left is as if they had never been there (exact unlearning), up to rounding
    /// of about 10⁻¹⁵ of what was there.
    ///
    /// Throws `badData`, and changes nothing, when these rows cannot have been among ours: more rows, or larger squares, than
    /// there are.
    package mutating func remove(_ other: RidgeStatistics) throws(LearningError) {
        checkShape(other)
        let n = dimension + 1
        let fits = (0..<n).allSatisfy { other.gram[$0 * n + $0] <= gram[$0 * n + $0] * (1 + 1e-9) }
        if other.count > count || !fits { throw .badData("statistics were to be removed that had not been added") }
        if other.count == count {
            self = RidgeStatistics(dimension: dimension, outputs: outputs)
            return
        }
        addScaled(other, -1)
        count -= other.count
    }

    private mutating func addScaled(_ other: RidgeStatistics, _ factor: Double) {
        checkShape(other)
        unsafe ek_add_scaled(gram.count, factor, other.gram, &gram)
        unsafe ek_add_scaled(cross.count, factor, other.cross, &cross)
    }

    private func checkShape(_ other: RidgeStatistics) {
        precondition(other.dimension == dimension && other.outputs == outputs, "statistics of one shape are needed")
    }
}
