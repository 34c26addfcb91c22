// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation
import EngramLearning
import EngramSockets
import EngramWire
import Foundation

/// `engram simulate`: a run without processes.
package struct SimulateCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run a recipe on a federation folder, in this process.",
        discussion: """
            Agents are values here and nothing goes over a wire, but the rounds, the training, the clusters and the folds are those of a
            deployed run: the same recipe, data and seed give the same models, byte for byte, as engram local.

            Example: engram simulate --data F --recipe constellation --set rounds=30 --report report.json
            """)

    @Option(help: "The federation folder.") package var data: String
    @OptionGroup package var recipe: RecipeOptions
    @Option(help: "Write the report (JSON, schema engram.report/1) here.") package var report: String?
    @Option(help: "Write the clusters' models (safetensors) into this folder.") package var export: String?
    @Option(help: "Agents that train at the same time (all processors if it is missing); the result is the same.")
    package var width: Int?
    @OptionGroup package var attack: AttackOptions
    @OptionGroup package var format: FormatOptions

    package init() {}

    package func run() async throws {
        if let width, width < 1 { throw OperatorError.usage("--width must be at least 1") }
        let recipe = try recipe.resolved()
        if recipe.external != nil {
            throw OperatorError.badInput(
                "the recipe names a model of your own, and a simulation has no trainers: run it with engram local --trainer COMMAND"
            )
        }
        let folder = try FederationFolder(reading: data)
        let plan = try attack.plan(for: folder, recipe)
        let live = LiveProgress(
            rounds: recipe.rounds, metricName: folder.manifest.task.metricName, style: format.json ? .silent : nil)
        let (width, export) = (width, export)
        let report = try await ThreadExecutor(name: "engram-simulate").run {
            let agents = try folder.agents()
            var simulation = Simulation(
                recipe: recipe, agents: agents, attack: plan, width: width ?? ProcessInfo.processInfo.activeProcessorCount)
            let report = try simulation.run { live.add($0) }
            if let export {
                for model in report.models {
                    guard let bytes = simulation.model(model.sha256) else { continue }
                    try InputFile.write(bytes, to: "\(export)/\(model.cluster).safetensors")
                }
            }
            return report
        }
        live.finish()
        try ReportOutput.deliver(report, title: recipe.name, to: self.report, json: format.json)
    }
}

/// How a finished run's report reaches the person: the table, the file, or JSON.
enum ReportOutput {
    static func deliver(_ report: Report, title: String, to path: String?, json: Bool) throws {
        let document = try report.json()
        if let path { try InputFile.write([UInt8](document) + [0x0a], to: path) }
        if json {
            Output.print(String(decoding: document, as: UTF8.self))
        } else {
            Output.print(report.table(title: title))
            if let path { Output.print("report: \(path)") }
        }
    }
}
