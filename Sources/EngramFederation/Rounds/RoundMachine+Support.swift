// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramWire

extension AgentProfile {
    /// Why agents with these two profiles cannot train one model, or nil.
    func mismatch(_ other: AgentProfile) -> String? {
        if task != other.task { return "its task is \(other.task.rawValue), the run's is \(task.rawValue)" }
        if inputs != other.inputs { return "its features have \(other.inputs) numbers, the run's \(inputs)" }
        if outputs != other.outputs { return "it has \(other.classes) classes, the run \(classes)" }
        return nil
    }

    /// The profile that most others can train with, the first of equals: one odd agent must not keep the others out of a run.
    static func mostCommon(_ profiles: [AgentProfile]) -> AgentProfile? {
        var counts: [[Int]: Int] = [:]
        func key(_ profile: AgentProfile) -> [Int] {
            [Task.allCases.firstIndex(of: profile.task) ?? 0, profile.inputs, profile.outputs]
        }
        for profile in profiles { counts[key(profile), default: 0] += 1 }
        var best: (profile: AgentProfile, count: Int)?
        for profile in profiles {
            let count = counts[key(profile)] ?? 0
            if count > best?.count ?? 0 { best = (profile, count) }
        }
        return best?.profile
    }
}

extension Recipe {
    /// Why no model can be made of this recipe and such a shard, or nil: to be asked before `modelSpec(for:)` becomes a network.
    package func problem(with profile: AgentProfile) -> String? {
        if min(profile.train, profile.validation, profile.test) < 0 { return "its profile counts less than no rows" }
        let hasTrainer = profile.hasTrainer ?? false
        if external != nil, !hasTrainer {
            return
                "the run trains a model of somebody's own, which the built-in network is not: start the agent with --trainer COMMAND"
        }
        if external == nil, hasTrainer {
            return
                "the run trains the built-in network, and the agent was started with --trainer: start it without, or the run with --model"
        }
        let spec = modelSpec(for: profile)
        // Of a model of somebody's own only the outputs are known, and any number of inputs will do.
        if external != nil, profile.outputs > 0 {
            return privacy is NoPrivacy ? nil : privacy.objection(to: self, Exchange(self, network: network(spec, nil)))
        }
        if let problem = spec.problem { return "the model cannot be made: \(problem)" }
        return privacy is NoPrivacy ? nil : privacy.objection(to: self, Exchange(self, network: network(spec, nil)))
    }

    /// Whether there is only one model for everyone anyway.
    var isGlobal: Bool { grouping is Everyone }
}

extension RoundSummary {
    init(round: Int, present: [AgentEvidence], lost: Int, book: ClusterBook) {
        let rows = present.reduce(0.0) { $0 + Double($1.rows) }
        let loss = present.reduce(0.0) { $0 + Double($1.rows) * ($1.slots[$1.home]?.trainLoss ?? 0) }
        var entering: [Row: Double] = [:]
        for row in Row.allCases {
            let figures = present.compactMap { $0.rowsOfReport?.test[row] }
            entering[row] = Evaluation.weightedMetric(figures)
        }
        var homes: [SlotID: [Evaluation]] = [:]
        for evidence in present {
            if let figures = evidence.rowsOfReport?.test[.cluster] { homes[evidence.home, default: []].append(figures) }
        }
        self.init(
            round: round, participants: present.count, lost: lost, loss: rows > 0 ? loss / rows : 0, entering: entering,
            clusters: book.clusters.map { cluster in
                ClusterLine(id: cluster.id, members: cluster.members.count, version: book.slot(cluster.id)?.version ?? 0)
            }, enteringClusters: homes.compactMapValues(Evaluation.weightedMetric))
    }
}

extension Evaluation {
    /// Mean of the metric, weighted by rows; nil if there are none.
    package static func weightedMetric(_ all: [Evaluation]) -> Double? {
        let rows = all.reduce(0) { $0 + $1.count }
        return rows > 0 ? all.reduce(0.0) { $0 + Double($1.count) * $1.metric } / Double(rows) : nil
    }
}
