// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramOperator
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct EvidencePageTests {
    private static let data = EvidenceData(folder: nil, fashion: "/nowhere")

    @Test("the page has a row for every method and peer, a drawing for every figure, and the command")
    func page() throws {
        let temporary = try TemporaryFolder()
        let section = ToyEvidence.section([
            Contestant("everyone", row: .cluster), Contestant("given", as: "the <oracle>", row: .cluster),
        ])
        let plan = try SuitePlan(Suite([section]), .full, data: Self.data)
        var progress = SuiteProgress(plan.trials, style: .silent)
        let runner = SuiteRunner(data: Self.data, cache: TrialCache(folder: temporary.path), width: 2)
        let outcomes = try runner.run(plan, afresh: false, progress: &progress)
        #expect(progress.remaining == 0)
        try EvidencePage(plan, outcomes).write(to: temporary.path + "/docs")
        let page = try String(contentsOfFile: temporary.path + "/docs/evidence.md", encoding: .utf8)
        for part in [
            "## Toy", "--only toy --output docs", "| method | weighted by rows | r1 | Rand | worse than alone |",
            "| *a peer* | 0.5 |", "4 runs", "![Bars](evidence/toy.svg)", "![Curves](evidence/toy-rounds-1.svg)",
            "![Trade](evidence/toy-trade-1.svg)",
        ] { #expect(page.contains(part), "\(part)") }
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| the <oracle> |") }
        #expect(rows.count == 4, "in every table, also as the one that is paired with the first")
        #expect(rows.first?.contains("±") == true)
        let everyone = try #require(plan.trials.first.flatMap { outcomes.runs[$0.key] }).report
        #expect(everyone.rounds.count == 3)
        for name in ["toy", "toy-rounds-1", "toy-trade-1"] {
            let svg = try String(contentsOfFile: "\(temporary.path)/docs/evidence/\(name).svg", encoding: .utf8)
            #expect(svg.contains("the &lt;oracle&gt;") && !svg.contains("nan") && svg.hasSuffix("</svg>\n"))
        }
    }

    @Test("a page of results that are not all there says how many are")
    func partial() throws {
        let plan = try SuitePlan(Suite([ToyEvidence.section([Contestant("everyone")])]), .quick, data: Self.data)
        let page = try #require(EvidencePage(plan, SuiteRunner.Outcomes()).files.first?.text)
        #expect(page.contains("0 of 2 runs measured so far") && page.contains("quick version"))
        #expect(!page.contains("| method"))
    }

    @Test("every recipe of the standard suite can be read, at both scales", arguments: [Section.Scale.full, .quick])
    func standardSuite(scale: Section.Scale) throws {
        let sections = Suite.standard.sections
        #expect(Set(sections.map(\.name)).count == sections.count)
        for section in sections {
            let cases = section.cases(scale)
            #expect(!cases.isEmpty, "\(section.name)")
            for item in cases {
                #expect(!item.seeds.isEmpty && Set(item.contestants.map(\.name)).count == item.contestants.count, "\(item.name)")
                for contestant in item.contestants { _ = try contestant.recipe(common: item.settings, seed: 1) }
            }
        }
        #expect(try Suite.standard.selecting(["people", "shifts"]).sections.map(\.name) == ["shifts", "people"])
        #expect(throws: OperatorError.self) { try Suite.standard.selecting(["peeple"]) }
    }

    @Test("the command lists what there is to run without running it")
    func list() async throws {
        let temporary = try TemporaryFolder()
        let arguments = ["evidence", "--list", "--quick", "--json", "--fashion", "/nowhere", "--work", temporary.path + "/work"]
        #expect(await EngramTool.execute(arguments) == .success)
        #expect(await EngramTool.execute(arguments + ["--only", "nosuch"]) == .usage)
        #expect(!FileManager.default.fileExists(atPath: temporary.path + "/work"))
    }
}
