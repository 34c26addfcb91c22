// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation

/// `engram cluster explain`.
package struct ClusterExplainCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say which cluster an agent is in, why, what was second best, and what moved it there.")

    @Argument(help: "The agent.") package var agent: String
    @Option(name: .customLong("run"), help: "The run (the newest if it is missing).") package var runName: String?
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let name = Admin.AgentName(run: try Named.run(runName), agent: try Named.agent(agent))
        let answer = try await connection.link { try await $0.ask(.explainAgent, name, as: Admin.Explanation.self) }
        if connection.format.json { return try Output.print(json: answer) }
        Output.print(
            "\(answer.agent) is " + (answer.cluster.map { "in \($0)" } ?? "in no cluster")
                + (answer.quarantined ? ", quarantined" : ""))
        if let event = answer.because { Output.print("because, in " + (LineageWords.line(event, withTrials: true) ?? "")) }
        if let second = answer.alternative {
            let figures = second.figures.sorted { $0.key < $1.key }.map { "\($0.key) \(Words.figure($0.value))" }
            Output.print(
                "second best: \(second.cluster): \(second.reason)"
                    + (figures.isEmpty ? "" : " (\(figures.joined(separator: ", ")))"))
        } else {
            Output.print("there is no other cluster to compare with")
        }
        if answer.history.count > 1 {
            Output.print("before:")
            for event in answer.history.dropLast() {
                if let words = LineageWords.line(event, withTrials: true) { Output.print("  " + words) }
            }
        }
    }
}
