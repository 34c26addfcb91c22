// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct ReportTests {
    private func finished(_ groups: [Int] = [0, 1, 0, 1]) throws -> (run: ToyRun, report: Report) {
        var run = ToyRun(
            ToyFederation.recipe {
                $0.grouping = Given()
                $0.globalReference = true
                $0.localReference = true
            }, try ToyFederation(groups: groups))
        try run.run()
        var cost = Report.Cost()
        cost.wallSeconds = 1.5
        return (
            run, Report(state: run.machine.state, recipe: run.recipe, summaries: run.summaries, engine: .simulate, cost: cost)
        )
    }

    private func object(_ report: Report) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: try report.json()) as? [String: Any])
    }

    @Test func keysAreThoseOfTheFormat() throws {
        let (run, report) = try finished()
        let json = try object(report)
        #expect(
            Set(json.keys) == [
                "schema", "recipe", "seed", "engine", "rounds", "agents", "summary", "lineage", "cost", "models", "attack",
                "privacy",
            ])
        #expect(json["attack"] is NSNull && json["privacy"] is NSNull)
        #expect(json["schema"] as? String == "engram.report/1")
        #expect(json["engine"] as? String == "simulate")
        func keys(_ value: Any?) -> Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
        func first(_ value: Any?) -> Any? { (value as? [Any])?.first }
        let six: Set<String> = ["majority", "local", "global", "cluster", "personal", "deployed"]
        let summary = try #require(json["summary"] as? [String: Any])
        #expect(
            keys(summary) == [
                "metric_name", "weighted", "mean", "worst_tenth", "mean_warm", "mean_cold", "best_round_weighted",
                "share_worse_than_local",
                "cluster_count", "adjusted_rand_index", "pooled",
            ])
        #expect(summary["pooled"] is NSNull)
        for key in ["weighted", "mean", "worst_tenth"] { #expect(keys(summary[key]) == six) }
        #expect(keys(summary["best_round_weighted"]) == ["global", "cluster", "personal"])
        #expect(summary["metric_name"] as? String == "accuracy")
        let round = first(json["rounds"]) as? [String: Any]
        #expect(
            keys(round) == [
                "round", "participants", "lost", "seconds", "bytes_up", "bytes_down", "loss", "metric", "clusters",
                "declared_seconds", "energy_joules", "staleness",
            ])
        #expect(keys(round?["metric"]) == ["global", "cluster", "personal"])
        #expect(keys(first(round?["clusters"])) == ["id", "members", "metric", "version"])
        let agent = first(json["agents"]) as? [String: Any]
        #expect(
            keys(agent) == ["id", "cluster", "truth", "train", "validation", "test", "metric", "loss", "warm", "cold", "chosen"])
        #expect(keys(agent?["metric"]) == six)
        #expect(
            keys(json["cost"]) == [
                "wall_seconds", "bytes_up", "bytes_down", "coordinator_peak_rss_bytes", "agent_peak_rss_bytes",
                "model_parameters", "declared_seconds", "energy_joules",
            ])
        #expect(keys(first(json["models"])) == ["cluster", "version", "sha256"])
        #expect(keys(first(json["lineage"])).isSuperset(of: ["round", "event", "from", "to", "reason"]))
        #expect((json["rounds"] as? [Any])?.count == run.recipe.rounds)
        let recipe = json["recipe"] as? [String: Any]
        #expect((recipe?["optimiser"] as? [String: Any])?["weight_decay"] as? Double == 0)
        #expect((recipe?["model"] as? [String: Any])?["hidden"] as? [Int] == [])
    }

    @Test func readsBackAsItWas() throws {
        let (_, report) = try finished()
        let data = try report.json()
        let back = try Report(json: data)
        #expect(try back.json() == data)
        #expect(back.models == report.models)
        #expect(back.lineage == report.lineage)
        #expect(back.recipe == report.recipe)
        #expect(throws: (any Error).self) { try Report(json: Data("{}".utf8)) }
    }

    @Test func modelsAreThoseOfTheClusters() throws {
        let (run, report) = try finished()
        #expect(report.models.map(\.sha256) == run.machine.state.book.clusters.compactMap { run.slots[$0.id] })
        for model in report.models { #expect(Digest(of: run.blobs[model.sha256] ?? []) == model.sha256) }
        #expect(report.cost.modelParameters == 21)
    }

    /// Eleven agents with known figures.
    private func known(truths: Bool) throws -> Report {
        var state = RunState(run: RunID(checked: "known"))
        let ids = (0..<11).map { AgentID(checked: "a\(10 + $0)") }
        for (i, id) in ids.enumerated() {
            var profile = ToyFederation.profile
            profile.truth = truths ? "g\(i % 2)" : nil
            state.members.append(Member(id: id, profile: profile))
            func figures(_ metric: Double) -> Evaluation { Evaluation(count: i == 0 ? 90 : 10, loss: 1, metric: metric) }
            state.rows[id] = ReportRows(
                test: [.local: figures(0.5), .cluster: figures(Double(i) / 10), .deployed: figures(i < 3 ? 0.4 : 0.6)],
                chosen: .cluster)
        }
        let a = state.book.open(.cluster, model: Digest(of: [1])), b = state.book.open(.cluster, model: Digest(of: [2]))
        state.book.found(a, members: ids.enumerated().filter { $0.offset % 2 == 0 }.map(\.element), round: 0, reason: "planted")
        state.book.found(b, members: ids.enumerated().filter { $0.offset % 2 == 1 }.map(\.element), round: 0, reason: "planted")
        let summaries = (1...4).map { round in
            RoundSummary(
                round: round, participants: 11, lost: 0, loss: 1,
                entering: [.cluster: [0.1, 0.7, 0.9, 0.8][round - 1], .majority: 0.3],
                clusters: [])
        }
        var recipe = Recipe()
        recipe.rounds = 3
        return Report(state: state, recipe: recipe, summaries: summaries, engine: .local, cost: Report.Cost())
    }

    @Test func summariesByHand() throws {
        let summary = try known(truths: true).summary
        func close(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) < 1e-12 } ?? false }
        #expect(close(summary.mean[.cluster], 0.5))
        // Weights 90 and ten times 10; the first has metric 0.
        #expect(close(summary.weighted[.cluster], 55 / 190))
        // The two worst of eleven.
        #expect(close(summary.worstTenth[.cluster], 0.05))
        #expect(close(summary.shareWorseThanLocal, 3.0 / 11))
        #expect(summary.adjustedRandIndex == 1)
        #expect(summary.clusterCount == 2)
        #expect(summary.weighted[.personal] == nil)
    }

    /// Two people who never remember and always remember what gets the chances of .3 and .7: each of them ranks nothing, together they do.
    @Test func pooledRowsCountLevelsBetweenAgents() throws {
        func person(_ chance: Double, hit: Bool, rows: Int, loss: Double) -> ReportRows {
            var tally = ChanceTally()
            for _ in 0..<rows { tally.add(chance, hit: hit) }
            var own = ReportRows(test: [.cluster: Evaluation(count: rows, loss: loss, metric: 0.5)], chosen: .cluster)
            own.chances = [.cluster: tally]
            return own
        }
        let silent = ReportRows(test: [.cluster: Evaluation(count: 9, loss: 9, metric: 0.5)], chosen: .cluster)
        let people = [person(0.301, hit: false, rows: 10, loss: 0.2), person(0.701, hit: true, rows: 30, loss: 0.6), silent]
        let pooled = try #require(Report.Pooled.rows(people)?[.cluster])
        #expect(pooled.rows == 40 && pooled.auc == 1)
        #expect(abs(pooled.logLoss - 0.5) < 1e-12)
        #expect(abs(pooled.calibrationError - (10 * 0.3025 + 30 * 0.2975) / 40) < 1e-9)
        #expect(Report.Pooled.rows([silent]) == nil)
    }

    /// A round's models are evaluated where they enter the next; the first round's entering models are nobody's.
    @Test func roundsShowTheModelsThatTheyMade() throws {
        let report = try known(truths: true)
        #expect(report.rounds.map { $0.metric[.cluster] } == [0.7, 0.9, 0.8])
        #expect(report.rounds[0].metric[.majority] == nil)
        #expect(report.summary.bestRoundWeighted[.cluster] == 0.9)
    }

    @Test func clustersTogetherMakeUpTheRoundsFigure() throws {
        let (run, report) = try finished([0, 1, 0, 1, 1])
        // Every agent of the toy has as many test rows.
        for (round, next) in zip(report.rounds, run.summaries.dropFirst()) {
            let figures = try round.clusters.map { (Double($0.members), try #require($0.metric)) }
            let together = figures.reduce(0) { $0 + $1.0 * $1.1 } / figures.reduce(0) { $0 + $1.0 }
            let expected = try #require(round.metric[.cluster])
            #expect(figures.count == 2 && abs(together - expected) < 1e-12)
            #expect(round.clusters.map(\.metric) == round.clusters.map { next.enteringClusters?[$0.id] })
        }
        // Summaries of older programs have no such figures.
        let old = run.summaries.map { summary in
            var old = summary
            old.enteringClusters = nil
            return old
        }
        let again = Report(state: run.machine.state, recipe: run.recipe, summaries: old, engine: .simulate, cost: .init())
        #expect(again.rounds.allSatisfy { $0.clusters.allSatisfy { $0.metric == nil } })
    }

    @Test func whatIsUnknownIsNull() throws {
        let report = try known(truths: false)
        let json = try object(report)
        #expect((json["summary"] as? [String: Any])?["adjusted_rand_index"] is NSNull)
        #expect(((json["agents"] as? [Any])?.first as? [String: Any])?["truth"] is NSNull)
        #expect(try Report(json: report.json()).summary.adjustedRandIndex == nil)
    }

    @Test func aRunWithoutAgentsHasAReport() throws {
        let report = Report(
            state: RunState(run: RunID(checked: "none")), recipe: Recipe(), summaries: [], engine: .coordinator,
            cost: Report.Cost())
        #expect(report.summary.clusterCount == 0)
        #expect(try Report(json: report.json()).agents.isEmpty)
        #expect(report.table(title: "none").contains("0 agents"))
    }

    @Test func theTableHasEveryRow() throws {
        let (_, report) = try finished()
        let table = report.table(title: "toy")
        for row in Row.allCases { #expect(table.contains(row.rawValue)) }
        #expect(table.contains("adjusted Rand index 1.000"))
        #expect(table.contains("clusters: 2"))
    }
}
