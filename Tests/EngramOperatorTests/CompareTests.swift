// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramOperator
import EngramWire
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct CompareTests {
    private static let settings = ["rounds=3", "model.hidden=[4]", "optimiser.rate=0.2"]

    private func run(_ preset: String, name: String? = nil, seeds: [Int]) throws -> RepeatedRun {
        RepeatedRun(
            name: name ?? preset,
            runs: try seeds.map { seed in
                let recipe = try RecipeSource.recipe(preset, overrides: Self.settings + ["seed=\(seed)"])
                return try MeasuredRun.simulate(recipe, Toy.agents(), attack: nil, width: 2) { _ in }
            })
    }

    @Test("a mean's standard error is the sample deviation over the root of n")
    func estimates() throws {
        let estimate = try #require(Estimate([1, 2, 3, 6]))
        #expect(estimate.mean == 3 && estimate.count == 4)
        #expect(abs(try #require(estimate.error) - (14.0 / 3 / 4).squareRoot()) < 1e-12)
        #expect(try #require(Estimate([5])).error == nil)
        #expect(Estimate([]) == nil)
        #expect(try #require(Estimate([0.5, 0.7])).text() == "0.600 ± 0.100")
    }

    @Test("differences are averaged over an agent's seeds first, then over agents")
    func pairs() throws {
        let (a, b) = (AgentID(checked: "a"), AgentID(checked: "b"))
        let difference = try #require(PairedDifference([[a: 0.1, b: -0.2], [a: 0.3, b: -0.2], [a: 0.2]]))
        #expect(abs(difference.mean) < 1e-12 && difference.agents == 2)
        #expect(abs(try #require(difference.errorOverAgents) - 0.2) < 1e-12)
        // The seeds' own means are -0.05, 0.05 and 0.2.
        let seeds = try #require(Estimate([-0.05, 0.05, 0.2])?.error)
        #expect(abs(try #require(difference.errorOverSeeds) - seeds) < 1e-12)
        #expect(difference.shareBetter == 0.5 && difference.shareWorse == 0.5)
        #expect(PairedDifference([[:], [:]]) == nil)
    }

    @Test("a recipe differs from itself by nothing, and from another by what the reports say")
    func comparison() throws {
        let everyone = try run("everyone", seeds: [1, 2])
        let comparison = Comparison(
            name: "toy", runs: [everyone, try run("everyone", name: "again", seeds: [2, 1]), try run("given", seeds: [1, 2])])
        let lines = comparison.differences(on: .all)
        let same = try #require(lines.first?.deployed)
        #expect(same.mean == 0 && same.errorOverAgents == 0 && same.shareBetter == 0 && same.shareWorse == 0)
        let told = try #require(lines.last?.deployed)
        var means: [Double] = []
        for (report, other) in zip(comparison.runs[2].reports, everyone.reports) {
            means.append(try #require(report.summary.mean[.deployed]) - #require(other.summary.mean[.deployed]))
        }
        #expect(abs(told.mean - means.reduce(0, +) / 2) < 1e-12, "every agent has figures for both seeds")
        #expect(comparison.parts == [.all] && comparison.seeds == [1, 2])
        let text = comparison.text
        #expect(text.contains("again") && text.contains("toy: accuracy on test rows, 6 agents, 2 seeds"))
        #expect(!text.contains("cold"), "shards that do not say what is cold have no such table")
        let document = try Output.text(json: ComparisonDocument(comparison))
        #expect(document.contains("\"schema\" : \"engram.comparison/1\""))
        #expect(document.contains("error_over_agents"))
    }

    @Test("panels that do not fit beside each other go below, each strip with the names")
    func drawing() throws {
        let value = try #require(Estimate([0.5, 0.7]))
        let panels = (0..<6).map { BarDrawing.Panel(title: "panel \($0)", values: [value, nil]) }
        let svg = BarDrawing(title: "A & B", names: ["one", "two"], panels: panels).svg
        #expect(svg.components(separatedBy: ">one<").count - 1 == 2 && svg.contains("A &amp; B"))
        #expect(svg.components(separatedBy: "fill-opacity").count - 1 == 6, "a bar a panel: the other has no value")
        let empty = BarDrawing(title: "none", names: ["one"], panels: [.init(title: "p", values: [nil])]).svg
        #expect(!empty.contains(">one<") && empty.hasSuffix("</svg>\n"))
    }

    @Test("the command leaves a report for every run, and a drawing with a bar for every recipe")
    func command() async throws {
        let temporary = try TemporaryFolder()
        let data = try Toy.folder(in: temporary.path).path
        let mine = try temporary.write("preset: fedavg\noptimiser:\n  rate: 0.3\n", "mine.yaml")
        let status = await EngramTool.execute(
            [
                "compare", "everyone", mine, "everyone", "--data", data, "--seeds", "1,2", "--report-dir",
                temporary.path + "/reports",
                "--svg", temporary.path + "/bars.svg", "--json", "--set", "rounds=2", "--set", "model.hidden=[4]",
            ])
        #expect(status == .success)
        let names = try FileManager.default.contentsOfDirectory(atPath: temporary.path + "/reports").sorted()
        #expect(
            names == [
                "everyone-1.json", "everyone-2-1.json", "everyone-2-2.json", "everyone-2.json", "mine-1.json", "mine-2.json",
            ])
        let report = try Report(json: Data(contentsOf: URL(fileURLWithPath: temporary.path + "/reports/mine-2.json")))
        #expect(report.seed == 2 && report.rounds.count == 2)
        let svg = try String(contentsOfFile: temporary.path + "/bars.svg", encoding: .utf8)
        // The page, and three bars in each of four panels (nothing is cold here).
        #expect(svg.components(separatedBy: "<rect").count - 1 == 1 + 3 * 4)
        #expect(svg.contains(">mine<"))
    }

    @Test(
        "what cannot be compared is refused before anything runs",
        arguments: [["--seeds", "1,1"], ["--seeds", "x"], ["--width", "0"]])
    func refusals(more: [String]) async throws {
        let temporary = try TemporaryFolder()
        let data = try Toy.folder(in: temporary.path).path
        #expect(await EngramTool.execute(["compare", "everyone", "ifca", "--data", data] + more) == .usage)
    }

    @Test("an unknown recipe among known ones stops the comparison before the first run")
    func unknownRecipe() async throws {
        let temporary = try TemporaryFolder()
        let data = try Toy.folder(in: temporary.path).path
        let reports = temporary.path + "/reports"
        #expect(
            await EngramTool.execute(["compare", "everyone", "nosuch", "--data", data, "--report-dir", reports]) == .badInput)
        #expect(!FileManager.default.fileExists(atPath: reports))
    }

    @Test("an answer that is made in the end only has no figure after earlier rounds")
    func lastAnswers() throws {
        let runs = try run("fedavg-ft", seeds: [1]).runs
        let last = RepeatedRun(name: "ft", row: .personal, answersLast: true, runs: runs)
        let steady = RepeatedRun(name: "ft", row: .personal, runs: runs)
        #expect(steady.estimate(.afterRound(2)) != nil && last.estimate(.afterRound(2)) == nil)
        #expect(last.estimate(.afterRound(3)) != nil)
        #expect(CurveDrawing.Curve(last).points.isEmpty && !CurveDrawing.Curve(steady).points.isEmpty)
        let local = RepeatedRun(name: "local", row: .local, runs: runs)
        #expect(CurveDrawing.Curve(local).points.isEmpty, "no other row stands for it")
    }

    @Test("who is new in one seed and known in another is one person")
    func people() throws {
        #expect(PeopleFederation.person(AgentID(checked: "new-7")) == PeopleFederation.person(AgentID(checked: "7")))
        let runs = try run("everyone", seeds: [1, 2])
        let whole = try #require(PairedDifference(runs, .cluster, against: runs, .majority, on: .all))
        let merged = try #require(
            PairedDifference(runs, .cluster, against: runs, .majority, on: .all) { _ in AgentID(checked: "one") })
        #expect(whole.agents > 1 && merged.agents == 1)
        #expect(PairedDifference(runs, .cluster, against: runs, .majority, on: .all) { _ in nil } == nil)
    }

    @Test("settings may follow the seed")
    func seededSettings() throws {
        let contestant = Contestant("dp-fedavg", "privacy.noise_seed=\(Contestant.seed)")
        for seed in [1, 7] {
            let recipe = try contestant.recipe(common: [], seed: seed)
            #expect(recipe.seed == seed && recipe.yaml.contains("noise_seed: \(seed)"))
        }
    }
}
