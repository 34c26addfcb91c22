// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramOperator
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SimulateTests {
    private static let settings = ["--set", "rounds=12", "--set", "model.hidden=[4]", "--set", "optimiser.rate=0.2"]

    private func simulate(_ data: String, _ report: String, _ more: [String] = []) async throws -> Report {
        let status = await EngramTool.execute(
            ["simulate", "--data", data, "--recipe", "constellation", "--report", report, "--json"] + Self.settings + more)
        #expect(status == .success)
        return try Report(json: Data(contentsOf: URL(fileURLWithPath: report)))
    }

    @Test("the same recipe, data and seed give the same models, whatever the width")
    func repeats() async throws {
        let temporary = try TemporaryFolder()
        let data = try Toy.folder(in: temporary.path).path
        let first = try await simulate(data, temporary.path + "/1.json", ["--width", "1"])
        let second = try await simulate(data, temporary.path + "/2.json", ["--width", "1"])
        let wide = try await simulate(data, temporary.path + "/3.json", ["--width", "3"])
        #expect(!first.models.isEmpty)
        #expect(first.models == second.models && first.models == wide.models)
        #expect(first.summary.weighted == wide.summary.weighted)
        let other = try await simulate(data, temporary.path + "/4.json", ["--seed", "2"])
        #expect(other.models.map(\.sha256) != first.models.map(\.sha256))
        #expect(other.seed == 2)
    }

    @Test("many agents are simulated a few at a time, with the same result")
    func chunks() throws {
        let recipe = try RecipeSource.recipe("constellation", overrides: ["rounds=3", "model.hidden=[4]"])
        // One at a time there are three parts of at most 16 agents, four at a time one of all.
        let models = try [1, 4].map { width in
            var simulation = Simulation(recipe: recipe, agents: try Toy.agents(40), width: width)
            return try simulation.run().models
        }
        #expect(models[0] == models[1] && !models[0].isEmpty)
    }

    @Test("who holds a model pays only for the step from it")
    func steps() throws {
        func down(_ settings: String...) throws -> [Int] {
            let recipe = try RecipeSource.recipe("fedavg", overrides: ["rounds=4", "model.hidden=[32]"] + settings)
            var simulation = Simulation(recipe: recipe, agents: try Toy.agents(6))
            return try simulation.run().rounds.map(\.bytesDown)
        }
        let whole = try down(), steps = try down("codec.down=[int8]"), sampled = try down("codec.down=[int8]", "cohort=sampled")
        #expect(whole.count == 4 && Set(whole).count == 1)
        #expect(steps[0] == whole[0])
        #expect(steps.dropFirst().allSatisfy { $0 < whole[0] / 2 && $0 > 0 })
        // Who was not there in the round before fetches the whole.
        #expect(sampled[0] < whole[0])
    }

    @Test("exported models are the ones that the report names")
    func export() async throws {
        let temporary = try TemporaryFolder()
        let data = try Toy.folder(in: temporary.path).path
        let report = try await simulate(data, temporary.path + "/r.json", ["--export", temporary.path + "/models"])
        for model in report.models {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(temporary.path)/models/\(model.cluster).safetensors"))
            #expect(Digest(of: [UInt8](bytes)) == model.sha256)
        }
    }

    @Test("attackers are named, and their figures left out")
    func attackers() async throws {
        let temporary = try TemporaryFolder()
        let data = try Toy.folder(in: temporary.path).path
        let more = ["--attack", "sign_flip(scale=3)", "--attackers", "cluster:b:2"]
        let report = try await simulate(data, temporary.path + "/r.json", more)
        #expect(report.attack?.name == "sign_flip(scale=3)" && report.attack?.agents.count == 2)
        let honest = report.agents.filter { report.attack?.agents.contains($0.id) == false }.compactMap { $0.metric[.deployed] }
        #expect(honest.count == 4)
        #expect(report.summary.mean[.deployed].map { abs($0 - honest.reduce(0, +) / 4) < 1e-12 } == true)
        for bad in [["--attackers", "0.2"], ["--attack", "sing_flip"], ["--attack", "ipm", "--attackers", "nobody"]] {
            let status = await EngramTool.execute(["simulate", "--data", data, "--json"] + bad)
            #expect(status == .usage)
        }
    }

    @Test("every row of the report is there for every agent")
    func rows() async throws {
        let temporary = try TemporaryFolder()
        let data = try Toy.folder(in: temporary.path).path
        let report = try await simulate(data, temporary.path + "/r.json")
        #expect(report.engine == .simulate && report.agents.count == 6 && report.rounds.count == 12)
        for agent in report.agents { #expect(Set(agent.metric.keys) == Set(Row.allCases)) }
        let drawing = ClusterDrawing(report, global: report).svg
        #expect(drawing.components(separatedBy: "<circle").count - 1 == 6 + 2, "an agent each, and the legend")
        let results = DemoResults(constellation: report, everyone: report, given: report)
        #expect(results.picture.count { $0 == "■" } == 6)
        #expect(results.text.contains("adjusted Rand index"))
    }
}
