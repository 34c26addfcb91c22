// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation
import EngramLearning
import EngramSockets
import Foundation

/// `engram compare`: several recipes on one federation.
package struct CompareCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Run several recipes on one federation folder, and compare them agent by agent.",
        discussion: """
            Every recipe is simulated with every seed. The tables show all rows of the reports, then each recipe's difference to
            the first one: the mean over agents of (its figure - the first's), its standard error over agents and over seeds, and
            the share of agents that fare better. "most chosen" is the answer that most agents' gates chose on their validation rows.

            Example: engram compare fedavg ditto constellation --data F --set rounds=30 --seeds 1,2,3 --svg compare.svg
            """)

    @Argument(help: "Presets (engram recipe ls) or YAML files; the first is what the others are compared with.")
    package var recipes: [String]
    @Option(help: "The federation folder.") package var data: String
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Change one key of every recipe: rounds=30; may be repeated.", valueName: "key=value"))
    package var overrides: [String] = []
    @Option(help: ArgumentHelp("Seeds, comma-separated; the first recipe's own if it is missing.", valueName: "1,2,3"))
    package var seeds: String?
    @Option(help: ArgumentHelp("Write every run's report into this folder.", valueName: "folder")) package var reportDir: String?
    @Option(help: ArgumentHelp("Draw bars with standard errors.", valueName: "file")) package var svg: String?
    @Option(help: "Agents that train at the same time (all processors if it is missing); the result is the same.")
    package var width: Int?
    @OptionGroup package var format: FormatOptions

    package init() {}

    package func run() async throws {
        if let width, width < 1 { throw OperatorError.usage("--width must be at least 1") }
        let seeds = try Self.numbers(seeds) ?? [RecipeSource.recipe(recipes.first ?? "", overrides: overrides).seed]
        let names = Self.names(of: recipes)
        let folder = try FederationFolder(reading: data)
        let (json, overrides, reportDir, metric) = (format.json, overrides, reportDir, folder.manifest.task.metricName)
        let width = width ?? ProcessInfo.processInfo.activeProcessorCount
        // Every recipe is read before the first one runs.
        let plan = try zip(names, recipes).map { name, source in
            (name: name, recipes: try seeds.map { try RecipeSource.recipe(source, overrides: overrides + ["seed=\($0)"]) })
        }
        let total = plan.reduce(0) { $0 + $1.recipes.count }
        let runs = try await ThreadExecutor(name: "engram-compare").run {
            let agents = try folder.agents()
            var number = 0
            return try plan.map { name, recipes in
                RepeatedRun(
                    name: name,
                    runs: try recipes.map { recipe in
                        number += 1
                        let live = LiveProgress(rounds: recipe.rounds, metricName: metric, style: json ? .silent : nil)
                        live.note("run \(number) of \(total): \(name), seed \(recipe.seed)")
                        defer { live.finish() }
                        let run = try MeasuredRun.simulate(recipe, agents, attack: nil, width: width) { live.add($0) }
                        if let reportDir {
                            try InputFile.write(
                                [UInt8](try run.report.json()) + [0x0a], to: "\(reportDir)/\(name)-\(recipe.seed).json")
                        }
                        return run
                    })
            }
        }
        let comparison = Comparison(name: folder.manifest.name, runs: runs)
        if let svg { try InputFile.write(Array(BarDrawing(comparison).svg.utf8), to: svg) }
        if json {
            try Output.print(json: ComparisonDocument(comparison))
        } else {
            Output.print(comparison.text)
            for (what, place) in [("reports", reportDir), ("drawing", svg)] { if let place { Output.print("\(what): \(place)") } }
        }
    }

    /// "1,2,3" as numbers.
    static func numbers(_ text: String?) throws(OperatorError) -> [Int]? {
        guard let text else { return nil }
        var seeds: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let seed = Int(part), seed >= 0, !seeds.contains(seed) else {
                throw .usage("--seeds \(text): different whole numbers from 0 are needed, such as 1,2,3")
            }
            seeds.append(seed)
        }
        return seeds
    }

    /// What the recipes are called: a file by its name without folder and ending; a name that was there gets a number.
    static func names(of sources: [String]) -> [String] {
        var names: [String] = []
        for source in sources {
            let base =
                source.hasSuffix(".yaml") || source.hasSuffix(".yml") || source.contains("/")
                ? URL(fileURLWithPath: source).deletingPathExtension().lastPathComponent : source
            var (name, number) = (base, 1)
            while names.contains(name) {
                number += 1
                name = "\(base)-\(number)"
            }
            names.append(name)
        }
        return names
    }
}
