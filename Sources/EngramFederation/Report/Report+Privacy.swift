// SPDX-License-Identifier: Apache-2.0
package import EngramWire
import Foundation

extension Report {
    /// What a run has given away (docs/report.md). An ε that nothing bounds is 1e300.
    package struct Privacy: Codable, Equatable, Sendable {
        package struct Model: Codable, Equatable, Sendable {
            package var slot: SlotID
            /// Rounds in which updates went into it or the model it was copied from.
            package var releases: Int
            package var epsilon: Double
            /// The norm that updates were scaled back to in the end.
            package var clip: Double
        }

        package struct Agent: Codable, Equatable, Sendable {
            package var id: AgentID
            package var epsilon: Double
        }

        package struct Round: Codable, Equatable, Sendable {
            package var round: Int
            package var epsilon: Double
        }

        package var kind: String
        package var delta: Double
        /// The chance with which an agent took part in a round.
        package var sampling: Double
        /// The greatest of any agent, for all that it took part in: its cluster's models, candidates, the reference.
        package var epsilon: Double
        /// Noise followed from the recipe's `noise_seed`: nothing is promised towards those who know it.
        package var isSeeded: Bool
        package var models: [Model]
        package var agents: [Agent]
        package var rounds: [Round]

        /// For the table.
        var line: String {
            let size = epsilon < 1e300 ? String(format: "%.3g", epsilon) : "unbounded"
            let failure = delta > 0 ? String(format: " at delta %g", delta) : ""
            return "privacy: \(kind), epsilon \(size)\(failure)" + (isSeeded ? ", noise known from the recipe\n" : "\n")
        }
    }
}

extension Report.Privacy {
    init?(state: RunState, recipe: Recipe, summaries: [RoundSummary]) {
        guard let ledger = state.privacy else { return nil }
        let sampling = recipe.cohort.sampling ?? 1
        let epsilons = recipe.epsilons(of: ledger)
        self.init(
            kind: type(of: recipe.privacy).name, delta: recipe.privacy.delta, sampling: sampling,
            epsilon: epsilons.values.max() ?? 0, isSeeded: recipe.privacy.noiseSeed > 0,
            models: state.book.slots.filter { $0.role != .candidate }.compactMap { slot in
                let record = ledger.model(slot)
                guard let clip = record.clip,
                    let epsilon = recipe.privacy.epsilon(releases: record.releases, sampling: sampling)
                else { return nil }
                return Model(slot: slot.id, releases: record.releases, epsilon: min(1e300, epsilon), clip: clip)
            },
            agents: epsilons.sorted { $0.key < $1.key }.map { Agent(id: $0.key, epsilon: $0.value) },
            rounds: summaries.compactMap { summary in
                summary.epsilon.map { Round(round: summary.round, epsilon: $0) }
            }.filter { $0.round <= recipe.rounds })
    }
}
