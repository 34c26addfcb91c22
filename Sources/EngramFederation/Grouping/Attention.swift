// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramTensors
package import EngramWire
import Foundation

/// FedAMP (Huang et al. 2021): attentive message passing. Every agent gets a cloud model of its own, uᵢ = Σⱼ ξᵢⱼ wⱼ, in which the
/// models that lie near its own count most, and trains with a pull towards it (training `proximal`).
///
/// The paper has ξᵢⱼ = α exp(−‖wᵢ − wⱼ‖²/σ)/σ for j ≠ i and gives the rest to wᵢ itself, so that σ and α must be tuned to the
/// model's scale, or the own share becomes negative. Here σ is in units of the round's mean squared distance between models, and
/// α is chosen for each agent such that the own model counts as one at distance 0: σ → 0 is local training, σ → ∞ the plain mean.
package struct Attention: OwnModels {
    package static let name = "attention"
    package static let summary = "own models, mixed by how near they lie to each other (Huang et al. 2021, FedAMP)"

    package var sigma = 0.25

    package struct State: Codable, Sendable {
        /// Whose model weighed most in an agent's beside its own, and how much, when it was last mixed.
        var nearest: [AgentID: Nearest] = [:]
    }

    struct Nearest: Codable, Sendable {
        let agent: AgentID
        let weight: Double
    }

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number(
            "sigma", &sigma, 1e-9...1e9,
            "reach of the attention, in mean squared distances between models; small: local, large: mean")
    }

    package func objection(to recipe: Recipe) -> String? { ownModelsObjection(to: recipe) }

    package func begin(
        _ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest
    ) throws(RecipeError) -> State {
        try book.foundOwnModels(members, model: initial(0), for: Self.name)
        return State()
    }

    /// Each agent's row of the table is its row of ξ, in agent order.
    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        let mixed = evidence.agents.map(\.agent).filter { evidence.table[$0] != nil }
        for (i, agent) in mixed.enumerated() {
            guard let row = evidence.table[agent], row.count == mixed.count else { continue }
            let others = row.indices.filter { $0 != i }
            guard let best = others.max(by: { (row[$0], $1) < (row[$1], $0) }) else { continue }
            state.nearest[agent] = Nearest(agent: mixed[best], weight: row[best])
        }
    }

    package func alternative(for agent: AgentID, state: State, book: ClusterBook) -> Alternative? {
        guard let nearest = state.nearest[agent], let home = book.cluster(of: nearest.agent) else { return nil }
        return Alternative(
            cluster: home.id, reason: "the model of \(nearest.agent) counts most in its own, beside what it trained itself",
            figures: ["weight": nearest.weight])
    }

    // MARK: Mixing

    package func mix(_ desk: inout MixingDesk, state: State) throws {
        let homes = desk.homes
        let weights = Self.attention(homes.map { desk.models[$0.slot] ?? [] }, sigma: sigma)
        for (home, row) in zip(homes, weights) { desk.table[home.agent] = row }
        desk.blend(homes.map(\.slot), weights: weights)
    }

    /// ξ: one row for each model, which sums to 1.
    static func attention(_ models: [[Float]], sigma: Double) -> [[Double]] {
        let count = models.count
        var squares = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        var sum = 0.0
        for i in 0..<count {
            for j in 0..<i {
                let difference = Kernels.subtract(models[i], models[j])
                squares[i][j] = Kernels.dot(difference, difference)
                squares[j][i] = squares[i][j]
                sum += 2 * squares[i][j]
            }
        }
        let mean = count > 1 ? sum / Double(count * (count - 1)) : 0
        return squares.map { row in
            // Models that are all alike are one distribution, whatever the reach.
            let kernel = row.map { mean > 0 ? exp(-$0 / mean / sigma) : 1 }
            let total = kernel.reduce(0, +)
            return kernel.map { $0 / total }
        }
    }
}
