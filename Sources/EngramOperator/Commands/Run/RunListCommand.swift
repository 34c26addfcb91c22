// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation
import EngramWire

/// `engram run ls`.
package struct RunListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the coordinator's runs, oldest first.")

    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let lines = try await connection.link { try await $0.ask(.listRuns, Admin.Nothing(), as: [Admin.RunLine].self) }
        if connection.format.json { return try Output.print(json: lines) }
        var table = TextTable("RUN", "RECIPE", "STATE", "ROUND", "OF", "AGENTS", "CLUSTERS", "STARTED")
        for line in lines {
            table.row(
                line.run.rawValue, line.name, line.state, "\(line.round)", "\(line.rounds)", "\(line.agents)", "\(line.clusters)",
                Words.time(line.created))
        }
        Output.print(lines.isEmpty ? "no runs yet; start one: engram run start --recipe constellation" : table.text)
    }
}

/// `engram run cancel`.
package struct RunCancelCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Stop a run; what it has committed stays, models can be exported.")

    @Argument(help: "The run (the newest if it is missing).") package var name: String?
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let run = Admin.RunName(run: try Named.run(name))
        let line = try await connection.link { try await $0.ask(.cancelRun, run, as: Admin.RunLine.self) }
        if connection.format.json { return try Output.print(json: line) }
        Output.print(RunWords.text(of: line))
    }
}
