// SPDX-License-Identifier: Apache-2.0

/// What an operator may ask of a coordinator; the raw value is the verb on the wire, requests and answers are JSON of the types below.
package enum Verb: String, Codable, CaseIterable, Sendable {
    /// `Admin.Nothing` → `Admin.Status`
    case status
    /// `Admin.StartRun` → `Admin.RunLine`
    case startRun = "run.start"
    /// `Admin.ModelPiece` → `Admin.ModelHeld`; the model of the next `run.start` on this connection, piece by piece
    case putModel = "model.put"
    /// `Admin.Nothing` → [`Admin.RunLine`]
    case listRuns = "run.list"
    /// `Admin.RunName` → `Admin.RunDetail`
    case showRun = "run.show"
    /// `Admin.RunName` → one `Admin.Progress` per line (JSON lines), from now until the run is over
    case watchRun = "run.watch"
    /// `Admin.RunName` → `Admin.RunLine`
    case cancelRun = "run.cancel"
    /// `Admin.RunName` → `Report`
    case report = "run.report"
    /// `Admin.Nothing` → [`Admin.AgentLine`]
    case listAgents = "agent.list"
    /// `Admin.Revocation` → `Admin.Revoked`
    case revokeAgent = "agent.revoke"
    /// `Admin.NewTokens` → `Admin.Tokens`
    case createTokens = "token.create"
    /// `Admin.RunName` → [`Admin.ClusterLine`]
    case listClusters = "cluster.list"
    /// `Admin.ClusterName` → `Admin.ClusterDetail`
    case showCluster = "cluster.show"
    /// `Admin.AgentName` → `Admin.Explanation`
    case explainAgent = "cluster.explain"
    /// `Admin.ClusterName` → `Admin.ModelRef`, whose digest can then be fetched
    case exportModel = "model.export"

    /// Whether it changes anything: such verbs are written to the audit log.
    package var mutates: Bool {
        switch self {
        case .startRun, .cancelRun, .revokeAgent, .createTokens: true
        default: false
        }
    }
}
