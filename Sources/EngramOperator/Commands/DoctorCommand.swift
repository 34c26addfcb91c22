// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import Foundation

/// `engram doctor`.
package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look for what could go wrong on this machine, and say what to do about it.",
        discussion: """
            Looks at the matrix product, memory, open files, the clock; with an operator's identity also at its certificate, the
            coordinator, both versions and both clocks; with --state at the folder of an engramd or engram-agent on this
            machine: permissions, disk, certificates, and whether its coordinator can be reached.

            Example: engram doctor
                     engram doctor --state /var/lib/engram

            Exit code 1 if there is a problem; warnings leave 0.
            """)

    @Option(help: ArgumentHelp("The state folder of an engramd or an engram-agent on this machine.", valueName: "folder"))
    package var state: String?
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let doctor = Doctor(state: state, identity: connection.folder, coordinator: connection.coordinator)
        let findings = await doctor.findings(at: Date().timeIntervalSince1970)
        if connection.format.json {
            try Output.print(json: findings)
        } else {
            Output.print(findings.text)
        }
        let problems = findings.count { $0.verdict == .problem }
        if problems > 0 { throw OperatorError.failed("\(Words.count(problems, "problem")) found") }
    }
}
