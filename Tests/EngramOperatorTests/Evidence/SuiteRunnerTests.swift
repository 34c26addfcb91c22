// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramOperator
import EngramWire
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SuiteRunnerTests {
    private static let data = EvidenceData(folder: nil, fashion: "/nowhere")
    private static let contestants = [Contestant("everyone", row: .cluster), Contestant("given", row: .cluster)]

    private func measure(
        _ section: Section, in folder: String, _ scale: Section.Scale = .full, afresh: Bool = false
    ) throws -> (plan: SuitePlan, outcomes: SuiteRunner.Outcomes) {
        let plan = try SuitePlan(Suite([section]), scale, data: Self.data)
        var progress = SuiteProgress(plan.trials, style: .silent)
        let runner = SuiteRunner(data: Self.data, cache: TrialCache(folder: folder), width: 2)
        return (plan, try runner.run(plan, afresh: afresh, progress: &progress))
    }

    private func files(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder + "/trials").sorted().map { "\(folder)/trials/\($0)" }
    }

    @Test("what was measured is not measured again; what is lost or damaged is, and comes out the same")
    func resumes() throws {
        let temporary = try TemporaryFolder()
        let section = ToyEvidence.section(Self.contestants)
        let first = try measure(section, in: temporary.path)
        #expect(first.outcomes.fresh == 4 && first.outcomes.runs.count == 4)
        #expect(try measure(section, in: temporary.path).outcomes.fresh == 0)
        let kept = try files(temporary.path)
        #expect(kept.count == 4)
        try FileManager.default.removeItem(atPath: kept[0])
        try Data("{\"schema\":\"engram.trial/1\"".utf8).write(to: URL(fileURLWithPath: kept[1]))
        let again = try measure(section, in: temporary.path)
        #expect(again.outcomes.fresh == 2)
        for trial in first.plan.trials {
            let (old, new) = (first.outcomes.runs[trial.key]?.report, again.outcomes.runs[trial.key]?.report)
            #expect(old?.models == new?.models && old?.summary.weighted == new?.summary.weighted && old != nil)
        }
        #expect(try measure(section, in: temporary.path, afresh: true).outcomes.fresh == 4)
    }

    @Test("a result's name changes with anything that determines it, and with nothing else")
    func keys() throws {
        let temporary = try TemporaryFolder()
        _ = try measure(ToyEvidence.section(Self.contestants), in: temporary.path)
        let renamed = [Contestant("everyone", as: "another name", row: .personal)]
        #expect(try measure(ToyEvidence.section(renamed), in: temporary.path).outcomes.fresh == 0)
        #expect(
            try measure(ToyEvidence.section([Contestant("everyone", "optimiser.rate=0.07")]), in: temporary.path).outcomes.fresh
                == 2)
        #expect(try measure(ToyEvidence.section(Self.contestants), in: temporary.path, .quick).outcomes.fresh == 4)
        let other = ToyBuilder(isBroken: false)
        #expect(other.identity == ToyBuilder().identity && ToyBuilder(isBroken: true).identity != other.identity)
    }

    @Test("a trial that fails takes no other with it, is reported, and is tried again")
    func failures() throws {
        let temporary = try TemporaryFolder()
        let broken = Section.Case(
            "broken", ToyBuilder(isBroken: true), settings: ["rounds=1"], [Contestant("everyone")], seeds: [1])
        let section = ToyEvidence.section(Self.contestants, more: [broken])
        for fresh in [4, 0] {
            let (plan, outcomes) = try measure(section, in: temporary.path)
            #expect(outcomes.fresh == fresh && outcomes.failures.count == 1)
            let page = try #require(EvidencePage(plan, outcomes).files.first?.text)
            #expect(page.contains("Failed: broken: everyone, seed 1: the toy is broken"))
        }
    }

    @Test("attackers are staged, have a result of their own, and are in no figure")
    func harm() throws {
        let temporary = try TemporaryFolder()
        func section(_ harm: Section.Harm?) -> Section {
            ToyEvidence.section(
                [],
                more: [
                    .init(
                        "harmed", ToyBuilder(), harm: harm, settings: ["rounds=2", "model.hidden=[4]"],
                        [Contestant("everyone", row: .cluster), Contestant("median", row: .cluster)], seeds: [1])
                ])
        }
        let quiet = try measure(section(nil), in: temporary.path)
        let (plan, outcomes) = try measure(section(.init("sign_flip", attackers: "agent-01,agent-03")), in: temporary.path)
        #expect(quiet.outcomes.fresh == 2 && outcomes.fresh == 2, "one result is not taken for the other")
        let reports = plan.trials.compactMap { outcomes.runs[$0.key]?.report }
        #expect(reports.allSatisfy { $0.attack?.agents.map(\.rawValue) == ["agent-01", "agent-03"] } && reports.count == 2)
        let runs = plan.trials.map { trial in
            RepeatedRun(name: trial.contestant.name, row: .cluster, runs: [outcomes.runs[trial.key]].compactMap { $0 })
        }
        #expect(PairedDifference(runs[1], .cluster, against: runs[0], .cluster, on: .all)?.agents == 4)
        let error = #expect(throws: OperatorError.self) {
            try SuitePlan(Suite([section(.init("sing_flip", attackers: "0.5"))]), .full, data: Self.data)
        }
        #expect(error?.description.contains("section 'toy', harmed") == true)
    }

    @Test("absent data leave a case out, and the page says so")
    func absentData() throws {
        let temporary = try TemporaryFolder()
        let absent: [(EvidenceData.Need, String)] = [
            (.fashion, "Fashion-MNIST is not there"), (.mnist, "no data folder was named"),
        ]
        for (need, words) in absent {
            let section = ToyEvidence.section([Contestant("everyone")], ToyBuilder(needs: [need]))
            let (plan, outcomes) = try measure(section, in: temporary.path)
            #expect(plan.trials.isEmpty && outcomes.failures.isEmpty)
            let page = try #require(EvidencePage(plan, outcomes).files.first?.text)
            #expect(page.contains("*plane*: skipped, \(words)"))
        }
        let data = EvidenceData(folder: temporary.path)
        #expect(data.missing(.split("dir0.1")) == "splits/fashion-mnist-20-dir0.1.npz is not there")
    }

    @Test("an unknown preset or setting is an error that names the section, before anything runs")
    func unknownRecipes() throws {
        for contestant in [Contestant("everione"), Contestant("everyone", "optimiser.rat=1")] {
            let error = #expect(throws: OperatorError.self) {
                try SuitePlan(Suite([ToyEvidence.section([contestant])]), .full, data: Self.data)
            }
            #expect(error?.status == .badInput)
            #expect(error?.description.contains("section 'toy', \(contestant.name)") == true, "\(error?.description ?? "")")
        }
    }

    @Test("two lines that show one run: it is run once, and either name chooses it")
    func sharedRuns() throws {
        let lines = [Contestant("everyone", as: "one"), Contestant("everyone", as: "other", row: .local)]
        let plan = try SuitePlan(Suite([ToyEvidence.section(lines)]), .full, data: Self.data)
        for name in ["one", "other"] {
            let chosen = try plan.selecting(methods: [name], seeds: [])
            #expect(chosen.trials.map(\.contestant.name) == [name, name])
        }
        #expect(plan.trials.count == 2 && plan.parts[0].trials.count == 4)
        #expect(throws: OperatorError.self) { try plan.selecting(methods: ["third"], seeds: []) }
    }
}
