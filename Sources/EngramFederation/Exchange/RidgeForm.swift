// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// How least squares travels and becomes a model: sums of products up, a solved linear model down.
package struct RidgeForm: Sendable {
    static let statistic = "ridge"

    /// λ, in units of a feature's sum of squares over all rows that are added up.
    package var strength = 1.0
    /// What predicted shares of classes are divided by to be logits.
    package var temperature = 0.1

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number(
            "strength", &strength, 0...1e12, "ridge on the weights, in units of a feature's sum of squares over rows")
        try options.number(
            "temperature", &temperature, 1e-3...1e3, "of the softmax over predicted shares of classes; no answer depends on it")
    }

    /// An agent's weight (`limits.rows`) caps the rows that it counts for.
    func statistic(for network: Network) -> Statistic {
        let (dimension, outputs) = (network.spec.inputs, network.spec.outputs)
        let rule = Statistic.Rule { held, sent, _ in
            var sum = RidgeStatistics(dimension: dimension, outputs: outputs)
            for i in 0..<sent.count {
                let part = try Self.decode(try sent.read(i), dimension, outputs)
                if part.count > 0 { sum.merge(part, weight: min(1, sent.weights[i] / Double(part.count))) }
            }
            // Sums beyond Float32 would be nobody's data; the cluster then keeps what it had.
            if let coded = try? sum.coded() { held = coded }
        }
        return Statistic(
            Self.statistic, shape: [RidgeStatistics.codedCount(dimension: dimension, outputs: outputs)], rule: rule,
            check: { _ = try Self.decode($0, dimension, outputs) })
    }

    /// What a slot holds; nil before anyone has sent rows.
    func held(_ statistics: [String: [Float]], _ network: Network) -> RidgeStatistics? {
        let (dimension, outputs) = (network.spec.inputs, network.spec.outputs)
        let found = statistics[Self.statistic].flatMap {
            try? RidgeStatistics(coded: $0, dimension: dimension, outputs: outputs)
        }
        return found.flatMap { $0.count > 0 ? $0 : nil }
    }

    /// The sums over an agent's training rows.
    func own(_ step: LocalStep) -> RidgeStatistics {
        var own = RidgeStatistics(dimension: step.network.spec.inputs, outputs: step.network.spec.outputs)
        own.add(step.data, rows: step.rows)
        return own
    }

    /// A solution as a model; nil when the network is not linear or the numbers are not Float32's.
    func model(_ solution: RidgeSolution, _ network: Network) -> ParameterSet? {
        let model = try? solution.logits(for: network.spec.task, temperature: temperature).parameters(of: network)
        return model.flatMap { Kernels.isFinite($0.values) ? $0 : nil }
    }

    private static func decode(_ coded: [Float], _ dimension: Int, _ outputs: Int) throws(LearningError) -> RidgeStatistics {
        let found = try RidgeStatistics(coded: coded, dimension: dimension, outputs: outputs)
        // The last feature is the bias's 1.
        guard found.gram.last == Double(found.count) else {
            throw .badData("ridge statistics of \(found.count) rows whose ones do not add up to that")
        }
        return found
    }
}
