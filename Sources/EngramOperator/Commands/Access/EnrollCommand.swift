// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation
import EngramSockets
import EngramTransport
import EngramWire
import Foundation

/// `engram enroll`.
package struct EnrollCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "enroll", abstract: "Become an operator of a coordinator, with a token from another operator.",
        discussion: """
            The key is made here and never leaves. The first operator needs no token: engramd init makes STATE/operator.

            Example: engram token create --role operator    (the other operator)
                     engram enroll --coordinator host:7443 --token engram1-… --name eva
            """)

    @Option(help: ArgumentHelp("Where the coordinator listens.", valueName: "host:port")) package var coordinator: String
    @Option(help: "The token, or - to read it from standard input (so that it does not show in the process list).")
    package var token: String
    @Option(help: "Your name in the federation.") package var name: String = NSUserName()
    @Option(help: ArgumentHelp("Where the identity goes (or ENGRAM_IDENTITY; else ~/.config/engram).", valueName: "folder"))
    package var identity: String?
    @OptionGroup package var format: FormatOptions

    package init() {}

    package func run() async throws {
        let text = token == "-" ? readLine() ?? "" : token
        guard let ticket = EnrolmentTicket(text) else {
            throw OperatorError.usage(
                "that is no enrolment token; it looks like engram1-…-… (engram token create --role operator)")
        }
        let name = try Named.agent(name).rawValue
        let path = ConnectionOptions.path(identity, environment: ProcessInfo.processInfo.environment)
        let folder = IdentityFolder(path)
        if folder.exists {
            throw OperatorError.refused(
                "\(path): an identity lies there already; name another folder with --identity, or remove it")
        }
        let endpoint = try Endpoint(coordinator, defaultPort: IdentityFolder.defaultPort)
        try await Enrolment.run(
            ticket: ticket, name: name, coordinator: endpoint, into: folder, software: SoftwareVersion.name,
            reactor: try Reactor(),
            limits: WireLimits())
        if format.json { return try Output.print(json: ["name": name, "identity": path, "coordinator": "\(endpoint)"]) }
        Output.print("enrolled as \(name); the identity is in \(path)")
    }
}

/// `engram status`.
package struct StatusCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Ask the coordinator how it is.")

    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let status = try await connection.link { try await $0.ask(.status, Admin.Nothing(), as: Admin.Status.self) }
        if connection.format.json { return try Output.print(json: status) }
        Output.print(
            "engramd \(status.version), up for \(Words.seconds(status.time - status.started)), "
                + "\(Words.count(status.connectedAgents, "agent")) connected, \(Words.count(status.runs, "run"))")
    }
}
