// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// The six answers that every report compares.
package enum Row: String, Codable, CaseIterable, Sendable {
    /// The agent's most frequent training class, or mean training score.
    case majority
    /// A model trained on the agent alone.
    case local
    /// One model for everyone.
    case global
    /// The model of the agent's cluster, completed by its private part.
    case cluster
    /// What the agent's own training made of it.
    case personal
    /// What the agent's gate chose on its validation rows.
    case deployed
}

/// One agent's figures for the models of one round, on its own test rows.
package struct ReportRows: Codable, Equatable, Sendable {
    /// All test rows.
    package var test: [Row: Evaluation]
    /// Only test rows whose item other agents trained on, and only those that nobody did; empty when the shard does not say.
    package var warm: [Row: Evaluation]
    package var cold: [Row: Evaluation]
    package var chosen: Row
    /// On validation rows, of the answers beside the cluster's model: for the gates of others.
    package var gains: [Row: AnswerGain]?
    /// The chances given to the test rows; nil for other tasks, and before the last exchange.
    package var chances: [Row: ChanceTally]?

    package init(
        test: [Row: Evaluation], warm: [Row: Evaluation] = [:], cold: [Row: Evaluation] = [:], chosen: Row,
        gains: [Row: AnswerGain]? = nil
    ) {
        self.test = test
        self.warm = warm
        self.cold = cold
        self.chosen = chosen
        self.gains = gains
    }
}

extension Row: CodingKeyRepresentable {}

extension Recipe {
    /// Whether agents say which chances their answers gave: once, and nothing that privacy was asked for.
    func tallies(_ assignment: Assignment) -> Bool { !assignment.trains && privacy is NoPrivacy }
}
