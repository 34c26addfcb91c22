// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation

/// `engram token`.
package struct TokenCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Let newcomers in.", subcommands: [TokenCreateCommand.self])

    package init() {}
}

/// `engram token create`.
package struct TokenCreateCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make single-use enrolment tokens, one per line.",
        discussion: """
            A token opens the door once and expires. It carries the fingerprint of the federation's authority, so that the newcomer knows the
            door. Hand it over like a password; nobody can show it again.

            Example: engram token create --count 24 --lifetime 2h
            """)

    package enum Role: String, ExpressibleByArgument, CaseIterable, Sendable {
        case agent
        case `operator`
    }

    @Option(help: "Whom it lets in.") package var role = Role.agent
    @Option(help: "How many.") package var count = 1
    @Option(help: "How long they are good for: 90s, 15m, 24h, 7d.") package var lifetime = "24h"
    @Option(help: "A note for the audit log.") package var label = ""
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        guard let seconds = Words.duration(lifetime) else {
            throw OperatorError.usage("--lifetime \(lifetime): write a number and a unit, such as 90s, 15m, 24h or 7d")
        }
        let wish = Admin.NewTokens(role: role.rawValue, count: count, lifetime: seconds, label: label)
        let made = try await connection.link { try await $0.ask(.createTokens, wish, as: Admin.Tokens.self) }
        if connection.format.json { return try Output.print(json: made) }
        for token in made.tokens { Output.print(token) }
        Output.note("good once, until \(Words.time(made.expires)); use: engram\(role == .agent ? "-agent" : "") enroll --token …")
    }
}
