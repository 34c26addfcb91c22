// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
package import EngramTransport
package import EngramWire
import Foundation

/// Who is asking, and whom: the same for every command that talks to a coordinator.
package struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The operator's identity folder (or ENGRAM_IDENTITY; else ~/.config/engram).", valueName: "folder"))
    package var identity: String?
    @Option(help: ArgumentHelp("The coordinator, if it is not where the identity says.", valueName: "host:port"))
    package var coordinator: String?
    @OptionGroup package var format: FormatOptions

    package init() {}

    package var folder: IdentityFolder { IdentityFolder(Self.path(identity, environment: ProcessInfo.processInfo.environment)) }

    package static func path(_ option: String?, environment: [String: String]) -> String {
        if let option { return option }
        if let path = environment["ENGRAM_IDENTITY"], !path.isEmpty { return path }
        let base = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? (environment["HOME"] ?? ".") + "/.config"
        return base + "/engram"
    }

    package func link<T: Sendable>(_ body: @Sendable @escaping (CoordinatorLink) async throws -> T) async throws -> T {
        try await CoordinatorLink.with(folder, coordinator: coordinator, body)
    }
}

/// Identifiers on the command line.
package enum Named {
    package static func run(_ text: String?) throws(OperatorError) -> RunID? {
        guard let text else { return nil }
        guard let run = RunID(text) else { throw .usage("'\(text)' is no run's name: \(IdentifierRule.description)") }
        return run
    }

    package static func cluster(_ text: String) throws(OperatorError) -> SlotID {
        guard let cluster = SlotID(text) else { throw .usage("'\(text)' is no cluster's name: \(IdentifierRule.description)") }
        return cluster
    }

    package static func agent(_ text: String) throws(OperatorError) -> AgentID {
        guard let agent = AgentID(text) else { throw .usage("'\(text)' is no agent's name: \(IdentifierRule.description)") }
        return agent
    }
}
