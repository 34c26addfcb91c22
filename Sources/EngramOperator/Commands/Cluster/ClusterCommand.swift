// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramBytes
import EngramFederation
import EngramWire

/// `engram cluster`.
package struct ClusterCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cluster", abstract: "See which groups the agents fell into, and why.",
        subcommands: [ClusterListCommand.self, ClusterShowCommand.self, ClusterExplainCommand.self])

    package init() {}
}

/// `engram cluster ls`.
package struct ClusterListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(commandName: "ls", abstract: "List a run's clusters.")

    @Option(name: .customLong("run"), help: "The run (the newest if it is missing).") package var runName: String?
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let run = Admin.RunName(run: try Named.run(runName))
        let lines = try await connection.link { try await $0.ask(.listClusters, run, as: [Admin.ClusterLine].self) }
        if connection.format.json { return try Output.print(json: lines) }
        var table = TextTable("CLUSTER", "MEMBERS", "VERSION", "PARENT", "BORN IN ROUND", "MODEL")
        for line in lines {
            table.row(
                line.cluster.rawValue, "\(line.members)", "\(line.version)", line.parent?.rawValue ?? "-", "\(line.born)",
                String(line.model.hex.prefix(12)))
        }
        Output.print(lines.isEmpty ? "no clusters yet: the run has not begun" : table.text)
    }
}

/// `engram cluster show`.
package struct ClusterShowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one cluster: members and history.")

    @Argument(help: "The cluster, such as c2.") package var cluster: String
    @Option(name: .customLong("run"), help: "The run (the newest if it is missing).") package var runName: String?
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let name = Admin.ClusterName(run: try Named.run(runName), cluster: try Named.cluster(cluster))
        let detail = try await connection.link { try await $0.ask(.showCluster, name, as: Admin.ClusterDetail.self) }
        if connection.format.json { return try Output.print(json: detail) }
        let line = detail.line
        Output.print(
            "\(line.cluster): \(Words.count(line.members, "member")), version \(line.version), born in round \(line.born)"
                + (line.parent.map { " of \($0)" } ?? ""))
        Output.print("model \(line.model.hex)")
        Output.print("members: " + detail.members.map(\.rawValue).joined(separator: ", "))
        for event in detail.lineage { if let words = LineageWords.line(event, withTrials: true) { Output.print(words) } }
    }
}
