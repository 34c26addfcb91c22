// SPDX-License-Identifier: Apache-2.0

/// How much an agent borrows in (A + τA_c + ρA_g + λI)⁻¹(b + τb_c + ρb_g): A, b being its own statistics, A_c its cluster's and
/// A_g everybody's.
///
/// 0 and 0 is training alone; τ → ∞ gives the cluster's solution, ρ → ∞ everybody's.
package struct RidgeShrinkage: Equatable, Sendable {
    /// τ: what a row of the cluster counts, an own row counting 1.
    package let cluster: Double
    /// ρ: what a row of anybody counts.
    package let global: Double
    /// λ: the ridge, in units of a feature's sum of squares over rows.
    package let strength: Double

    package init(cluster: Double, global: Double, strength: Double) {
        self.cluster = cluster
        self.global = global
        self.strength = strength
    }
}

/// The values of τ, ρ and λ to be tried.
package struct RidgeGrid: Equatable, Sendable {
    package let cluster: [Double]
    package let global: [Double]
    package let strength: [Double]

    /// Throws `badData` when a list is empty, or holds a number that is negative or not finite.
    package init(cluster: [Double], global: [Double], strength: [Double]) throws(LearningError) {
        for (name, values) in [("cluster", cluster), ("global", global), ("strength", strength)] {
            if values.isEmpty || !values.allSatisfy({ $0 >= 0 && $0.isFinite }) {
                throw .badData("the ridge grid's list “\(name)” must hold numbers of 0 or more, and at least one")
            }
        }
        self.init(checkedCluster: cluster, global: global, strength: strength)
    }

    private init(checkedCluster cluster: [Double], global: [Double], strength: [Double]) {
        self.cluster = cluster
        self.global = global
        self.strength = strength
    }

    /// From nothing borrowed to other rows counting as much as own ones, in decades; 64 solves.
    package static let standard = RidgeGrid(
        checkedCluster: [0, 0.01, 0.1, 1], global: [0, 0.01, 0.1, 1], strength: [0.1, 1, 10, 100])

    /// All combinations, those that lean most on others and on the ridge first.
    var shrinkages: [RidgeShrinkage] {
        let (taus, rhos, lambdas) = (Self.descending(cluster), Self.descending(global), Self.descending(strength))
        return rhos.flatMap { rho in
            taus.flatMap { tau in lambdas.map { RidgeShrinkage(cluster: tau, global: rho, strength: $0) } }
        }
    }

    private static func descending(_ values: [Double]) -> [Double] { Set(values).sorted(by: >) }
}

/// The shrinkage that predicts an agent's validation rows best, hierarchical personalisation in closed form.
package struct RidgeChoice: Equatable, Sendable {
    package let shrinkage: RidgeShrinkage
    package let solution: RidgeSolution
    /// The mean squared error on the validation rows.
    package let loss: Double

    /// Tries the whole grid. Of equal losses the one wins that leans more on others: larger ρ, then τ, then λ; so without
    /// validation rows the most shared solution is taken. Combinations that have no unique solution are passed over; throws
    /// `singular` when that leaves none.
    package init(
        local: RidgeStatistics, cluster: RidgeStatistics, global: RidgeStatistics, validation: RidgeValidation, grid: RidgeGrid
    ) throws(LearningError) {
        var best: RidgeChoice?
        var mixed: (tau: Double, rho: Double, statistics: RidgeStatistics)?
        for shrinkage in grid.shrinkages {
            if mixed?.tau != shrinkage.cluster || mixed?.rho != shrinkage.global {
                var sum = local
                sum.merge(cluster, weight: shrinkage.cluster)
                sum.merge(global, weight: shrinkage.global)
                mixed = (shrinkage.cluster, shrinkage.global, sum)
            }
            guard let solution = try? mixed?.statistics.solve(strength: shrinkage.strength) else { continue }
            let loss = validation.loss(of: solution)
            if loss < best?.loss ?? .infinity { best = RidgeChoice(shrinkage: shrinkage, solution: solution, loss: loss) }
        }
        guard let best else { throw .singular }
        self = best
    }

    private init(shrinkage: RidgeShrinkage, solution: RidgeSolution, loss: Double) {
        self.shrinkage = shrinkage
        self.solution = solution
        self.loss = loss
    }
}
