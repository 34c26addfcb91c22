// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation
import EngramLearning
import Foundation

/// `engram local`: a run with real processes on this machine.
package struct LocalCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "local",
        abstract: "Run a recipe with a real daemon and one real agent process per shard, on this machine.",
        discussion: """
            Makes a private folder, certificates and tokens, starts engramd on a free loopback port and an engram-agent per shard (TLS,
            mutual certificates), follows the run, and cleans everything up, also on Ctrl-C. Bytes in the report are counted at the sockets.

            With --trainer every agent trains a model of your own by your program; the first model is --model FILE, or what the program gives.

            Example: engram local --data F --recipe constellation --report report.json
                     engram local --data F --set sharing=base --trainer 'python3 Examples/pytorch/cnn.py'
            """)

    @Option(help: "The federation folder.") package var data: String
    @OptionGroup package var recipe: RecipeOptions
    @Option(help: "Write the report (JSON, schema engram.report/1) here.") package var report: String?
    @Option(help: "Keep states, logs and deployed models in this folder.") package var keep: String?
    @Option(help: "Start the agents in an order shuffled by this; the models are the same.") package var orderSeed: UInt64?
    @Option(
        help: ArgumentHelp(
            "Train a model of your own by this program, one for each agent, such as 'python3 cnn.py' (docs/own-trainers.md).",
            valueName: "command")) package var trainer: String?
    @Option(
        help: ArgumentHelp(
            "Seconds within which a trainer must answer a request, and be ready at its start (as engram-agent run has them).",
            valueName: "seconds")) package var trainerSeconds: Double?
    @OptionGroup package var model: ModelOptions
    @OptionGroup package var attack: AttackOptions
    @OptionGroup package var format: FormatOptions

    package init() {}

    package func run() async throws {
        var changed = try self.recipe.resolved()
        try model.apply(to: &changed)
        if changed.external != nil, trainer == nil {
            throw OperatorError.usage("--model is a model of your own: say with --trainer which program trains it")
        }
        if let trainerSeconds, !(trainerSeconds > 0 && trainerSeconds <= 1e7) {
            throw OperatorError.usage("--trainer-seconds is above 0 and at most 10000000")
        }
        if trainer != nil, attack.attack != nil {
            throw OperatorError.usage("--attack is for agents that train the built-in network; leave --trainer out")
        }
        let recipe = changed
        let folder = try FederationFolder(reading: data)
        let plan = try attack.plan(for: folder, recipe)
        let live = LiveProgress(
            rounds: recipe.rounds, metricName: folder.manifest.task.metricName, style: format.json ? .silent : nil)
        let federation = try LocalFederation(
            folder, executables: .beside(), keeping: keep, orderSeed: orderSeed, attack: plan,
            trainer: trainer.map { .init(command: $0, seconds: trainerSeconds) })
        let report: Report
        do {
            report = try await Interruption.guarding {
                try await LocalFederation.with(federation, stage: { live.stage($0) }) { federation in
                    try await federation.run(federation.withFirstModel(recipe)) { live.add($0) }
                }
            }
        } catch {
            live.finish()
            if let keep { Output.note("states and logs are in \(keep)") }
            throw error
        }
        live.finish()
        try ReportOutput.deliver(report, title: recipe.name, to: self.report, json: format.json)
    }
}

extension LiveProgress {
    /// Shows what a coordinator says of a run.
    func add(_ progress: Admin.Progress) {
        for event in progress.events { if let words = LineageWords.line(event) { note(words) } }
        if let summary = progress.summary {
            add(summary)
        } else if progress.line.state == "waiting" {
            stage("waiting for agents, \(progress.line.agents) are there")
        }
    }
}
