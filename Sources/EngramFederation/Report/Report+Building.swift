// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire

extension Report {
    /// Draws up the report of a run from its state and the summaries of its rounds.
    package init(state: RunState, recipe: Recipe, summaries: [RoundSummary], engine: Engine, cost: Cost) {
        let agents = state.members.map { member in
            let rows = state.rows[member.id]
            return Agent(
                id: member.id, cluster: state.book.cluster(of: member.id)?.id, truth: member.profile.truth,
                train: member.profile.train, validation: member.profile.validation, test: member.profile.test,
                metric: (rows?.test ?? [:]).mapValues(\.metric), loss: (rows?.test ?? [:]).mapValues(\.loss),
                warm: (rows?.warm ?? [:]).mapValues(\.metric),
                cold: (rows?.cold ?? [:]).mapValues(\.metric), chosen: rows?.chosen)
        }
        // A round's models are evaluated when the next round's agents receive them.
        let byRound = Dictionary(summaries.map { ($0.round, $0) }) { first, _ in first }
        let rounds = summaries.filter { $0.round >= 1 && $0.round <= recipe.rounds }.map { summary in
            Round(
                round: summary.round, participants: summary.participants, lost: summary.lost, seconds: summary.seconds,
                bytesUp: summary.bytesUp, bytesDown: summary.bytesDown, loss: summary.loss,
                metric: (byRound[summary.round + 1]?.entering ?? [:]).filter { [.global, .cluster, .personal].contains($0.key) },
                clusters: summary.clusters.map { Cluster($0, evaluated: byRound[summary.round + 1]?.enteringClusters?[$0.id]) },
                declaredSeconds: summary.declaredSeconds, energyJoules: summary.energyJoules,
                staleness: summary.staleness)
        }
        var total = cost
        total.bytesUp = summaries.reduce(0) { $0 + $1.bytesUp }
        total.bytesDown = summaries.reduce(0) { $0 + $1.bytesDown }
        total.declaredSeconds = Self.sum(summaries.compactMap(\.declaredSeconds))
        total.energyJoules = Self.sum(summaries.compactMap(\.energyJoules))
        if let profile = state.members.first?.profile {
            total.modelParameters = recipe.network(for: profile).layout.count
        }
        var summary = Summary(
            agents: agents, metricName: state.members.first?.profile.task.metricName ?? "accuracy",
            clusterCount: state.book.clusters.count { !$0.members.isEmpty },
            bestRoundWeighted: Summary.best(of: rounds)
        ) { agent, row in state.rows[agent.id]?.test[row]?.count ?? 0 }
        summary.pooled = Pooled.rows(agents.compactMap { state.rows[$0.id] })
        self.init(
            recipe: JSONValue(recipe.tree), seed: recipe.seed, engine: engine, rounds: rounds, agents: agents,
            summary: summary, lineage: state.book.lineage, cost: total,
            models: state.book.clusters.compactMap { cluster in
                state.book.slot(cluster.id).map { Model(cluster: cluster.id, version: $0.version, sha256: $0.model) }
            })
        privacy = Privacy(state: state, recipe: recipe, summaries: summaries)
    }
}

extension Report {
    private static func sum(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) }
}

extension Report.Pooled {
    /// Over these agents' final figures; nil without any.
    static func rows(_ agents: [ReportRows]) -> [Row: Report.Pooled]? {
        var out: [Row: Report.Pooled] = [:]
        for row in Row.allCases {
            var tally = ChanceTally()
            var loss = 0.0
            for agent in agents {
                guard let own = agent.chances?[row], let figures = agent.test[row] else { continue }
                tally.add(own)
                loss += Double(figures.count) * figures.loss
            }
            guard tally.count > 0 else { continue }
            out[row] = Report.Pooled(
                rows: tally.count, auc: tally.auc, logLoss: loss / Double(tally.count), calibrationError: tally.calibrationError)
        }
        return out.isEmpty ? nil : out
    }
}

extension Report.Summary {
    /// Figures over some agents; `count` is the number of test rows behind an agent's metric of a row.
    init(
        agents: [Report.Agent], metricName: String, clusterCount: Int, bestRoundWeighted: [Row: Double],
        count: (Report.Agent, Row) -> Int
    ) {
        self.init(
            metricName: metricName, weighted: [:], mean: [:], worstTenth: [:], meanWarm: [:], meanCold: [:],
            bestRoundWeighted: bestRoundWeighted, shareWorseThanLocal: nil, clusterCount: clusterCount, adjustedRandIndex: nil)
        for row in Row.allCases {
            let figures = agents.compactMap { agent in
                agent.metric[row].map { Evaluation(count: count(agent, row), loss: 0, metric: $0) }
            }
            weighted[row] = Evaluation.weightedMetric(figures)
            let metrics = figures.filter { $0.count > 0 }.map(\.metric)
            mean[row] = Self.mean(metrics)
            worstTenth[row] = Self.mean(Array(metrics.sorted().prefix(max(1, (metrics.count + 9) / 10))))
            meanWarm[row] = Self.mean(agents.compactMap { $0.warm[row] })
            meanCold[row] = Self.mean(agents.compactMap { $0.cold[row] })
        }
        let pairs = agents.compactMap { agent in
            agent.metric[.local].flatMap { local in agent.metric[.deployed].map { (local, $0) } }
        }
        if !pairs.isEmpty { shareWorseThanLocal = Double(pairs.count { $0.1 < $0.0 }) / Double(pairs.count) }
        let declared = agents.filter { $0.truth != nil && $0.cluster != nil }
        if !declared.isEmpty, declared.count == agents.count {
            adjustedRandIndex = Metrics.adjustedRandIndex(
                Self.numbered(declared.map { $0.truth ?? "" }), Self.numbered(declared.map { $0.cluster?.rawValue ?? "" }))
        }
    }

    /// The greatest figure that any round's models came to.
    static func best(of rounds: [Report.Round]) -> [Row: Double] {
        var best: [Row: Double] = [:]
        for row in [Row.global, .cluster, .personal] { best[row] = rounds.compactMap { $0.metric[row] }.max() }
        return best
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    private static func numbered(_ labels: [String]) -> [Int] {
        let names = Set(labels).sorted()
        return labels.map { names.firstIndex(of: $0) ?? 0 }
    }
}
