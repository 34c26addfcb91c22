// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation
import EngramSockets
import Foundation

/// `engram demo`: a real federation that finds out that its agents see the world in four ways.
package struct DemoCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "A real federation on this machine: 24 agents see clothes turned in four ways, and nobody says so.",
        discussion: """
            Cuts Fashion-MNIST for 24 agents whose images are turned by 0, 90, 180 or 270 degrees, starts one engramd and 24 engram-agent
            processes with mutual TLS on loopback, and runs three recipes with the same budget: constellation (which is told neither the
            groups nor their number), everyone (one global model) and given (the planted truth). Leaves report.json, everyone.json,
            given.json, clusters.svg and the shards in the output folder, and no process.
            """)

    @Option(help: "Where the results go.") package var output = "build/demo"
    @Option(help: "The folder with the four .gz files of Fashion-MNIST.") package var data = DemoData.folder
    @Option(help: "Rounds of each run.") package var rounds = 60
    @OptionGroup package var format: FormatOptions

    package init() {}

    package func validate() throws {
        if rounds < 1 { throw ValidationError("--rounds must be at least 1.") }
    }

    package func run() async throws {
        let (source, output, json) = (data, output, format.json)
        let live = LiveProgress(rounds: rounds, metricName: "accuracy", style: json ? .silent : nil)
        live.stage("cutting Fashion-MNIST for 24 agents")
        let data = try await ThreadExecutor(name: "engram-demo-data").run {
            try DemoData.make(from: source, to: output + "/federation")
        }
        let recipes = try ["constellation", "everyone", "given"].map {
            try RecipeSource.recipe($0, overrides: ["rounds=\(rounds)"])
        }
        let federation = try LocalFederation(data, executables: .beside())
        let reports: [Report]
        do {
            reports = try await Interruption.guarding {
                try await LocalFederation.with(federation, stage: { live.stage($0) }) { federation in
                    var reports: [Report] = []
                    for (number, recipe) in recipes.enumerated() {
                        live.note("run \(number + 1) of \(recipes.count): \(recipe.name)")
                        // Each run counts its own rounds and bytes.
                        let own = LiveProgress(rounds: recipe.rounds, metricName: "accuracy", style: json ? .silent : nil)
                        defer { own.finish() }
                        reports.append(try await federation.run(recipe) { own.add($0) })
                    }
                    return reports
                }
            }
        } catch {
            live.finish()
            throw error
        }
        live.finish()
        let results = DemoResults(constellation: reports[0], everyone: reports[1], given: reports[2])
        for (name, report) in zip(["report", "everyone", "given"], reports) {
            try InputFile.write([UInt8](try report.json()) + [0x0a], to: "\(output)/\(name).json")
        }
        try InputFile.write(Array(ClusterDrawing(reports[0], global: reports[1]).svg.utf8), to: "\(output)/clusters.svg")
        if json {
            Output.print(String(decoding: try reports[0].json(), as: UTF8.self))
        } else {
            Output.print("\n" + results.text)
            Output.print("\nleft in \(output): report.json, everyone.json, given.json, clusters.svg, federation/")
        }
    }
}
