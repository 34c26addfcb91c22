// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation
import EngramWire

/// `engram run show`.
package struct RunShowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a run: where it stands, whom it waits for, what its clusters did.")

    @Argument(help: "The run (the newest if it is missing).") package var name: String?
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let run = Admin.RunName(run: try Named.run(name))
        let detail = try await connection.link { try await $0.ask(.showRun, run, as: Admin.RunDetail.self) }
        if connection.format.json { return try Output.print(json: detail) }
        Output.print(RunWords.text(of: detail.line))
        var progress = ProgressText(rounds: detail.line.rounds, metricName: "metric")
        for summary in detail.summaries { progress.add(summary) }
        if !detail.summaries.isEmpty { Output.print("last: " + progress.text) }
        if !detail.awaited.isEmpty {
            let shown = detail.awaited.prefix(10).map(\.rawValue).joined(separator: ", ")
            Output.print("waiting for: \(shown)" + (detail.awaited.count > 10 ? " and \(detail.awaited.count - 10) more" : ""))
        }
        for event in detail.lineage { if let words = LineageWords.line(event) { Output.print(words) } }
    }
}

/// `engram run report`.
package struct RunReportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Fetch a run's report: every row for every agent (JSON, schema engram.report/1).")

    @Argument(help: "The run (the newest if it is missing).") package var name: String?
    @Option(help: "Write the report here.") package var output: String?
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let run = Admin.RunName(run: try Named.run(name))
        let report = try await connection.link { try await $0.report(run) }
        try ReportOutput.deliver(report, title: name ?? "newest run", to: output, json: connection.format.json)
    }
}
