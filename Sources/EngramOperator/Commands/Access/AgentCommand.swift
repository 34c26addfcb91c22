// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation
import EngramWire

/// `engram agent`.
package struct AgentCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "See who is enrolled, and shut somebody out.",
        subcommands: [AgentListCommand.self, AgentRevokeCommand.self])

    package init() {}
}

/// `engram agent ls`.
package struct AgentListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List agents and operators: certificate, connection, address.")

    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let lines = try await connection.link { try await $0.ask(.listAgents, Admin.Nothing(), as: [Admin.AgentLine].self) }
        if connection.format.json { return try Output.print(json: lines) }
        var table = TextTable("NAME", "ROLE", "CERTIFICATE", "CONNECTED", "EXPIRES", "FROM")
        for line in lines {
            table.row(
                line.agent, line.role, line.status, line.connected ? "yes" : "no", Words.time(line.expires), line.remote ?? "-")
        }
        Output.print(lines.isEmpty ? "nobody is enrolled yet; make a token: engram token create" : table.text)
    }
}

/// `engram agent revoke`.
package struct AgentRevokeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke somebody's certificates at once, on open connections too.",
        discussion: "Whoever was revoked can come back only with a new token.")

    @Argument(help: "The agent or operator.") package var name: String
    @Option(help: "Why, for the audit log and for the agent's own log.") package var reason = "revoked by an operator"
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let wish = Admin.Revocation(name: try Named.agent(name).rawValue, reason: reason)
        let done = try await connection.link { try await $0.ask(.revokeAgent, wish, as: Admin.Revoked.self) }
        if connection.format.json { return try Output.print(json: done) }
        Output.print(
            "revoked \(Words.count(done.certificates, "certificate")) of \(name), closed \(Words.count(done.connections, "connection"))"
        )
    }
}
