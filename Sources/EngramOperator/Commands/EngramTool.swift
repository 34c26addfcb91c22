// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import Foundation

/// The operator's and researcher's tool: only lists its sub-commands.
package struct EngramTool: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "engram",
        abstract: "Federated learning that finds out by itself who sees the world alike.",
        discussion: """
            Start here:
              engram demo                          a real federation on this machine, with a result table
              engram data import --help            make shards of your own data
              engram simulate --data F --recipe R  run a method without any process or socket
              engram compare A B C --data F        compare methods agent by agent
              engram report html FILE…             draw reports, side by side
              engram enroll --token T …            become an operator of a running coordinator

            Every command has --json. Exit codes: 0 done, 1 a run failed, 2 usage, 3 no coordinator, 4 refused, 5 bad data or
            recipe, 130 interrupted.
            """,
        version: SoftwareVersion.text,
        subcommands: [
            DataCommand.self, RecipeCommand.self, SimulateCommand.self, CompareCommand.self, EvidenceCommand.self,
            LocalCommand.self, DemoCommand.self, ReportCommand.self, DoctorCommand.self, EnrollCommand.self, StatusCommand.self,
            RunCommand.self, RunWatchCommand.self, AgentCommand.self, TokenCommand.self, ClusterCommand.self, ModelCommand.self,
        ])

    package init() {}

    /// Parses the command line, runs the command, and ends the process with its exit code.
    package static func start() async -> Never {
        // A reader that goes away (head, less) must not look like a crash.
        signal(SIGPIPE, SIG_IGN)
        // Foundation.exit would run destructors while other threads still work.
        await _exit(execute(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    /// Runs one command line; what went wrong is on standard error when it returns.
    package static func execute(_ arguments: [String]) async -> ExitStatus {
        let json = arguments.contains("--json")
        do {
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return .success
        } catch {
            let code = exitCode(for: error)
            if code.isSuccess {
                Output.print(fullMessage(for: error))
                return .success
            }
            if code == .validationFailure {
                if json {
                    Output.report(.usage(message(for: error)), json: true)
                } else {
                    Output.note(fullMessage(for: error))
                }
                return .usage
            }
            let failure = OperatorError(error)
            Output.report(failure, json: json)
            return failure.status
        }
    }
}

/// The version that the tool and its sessions give.
package enum SoftwareVersion {
    package static let text = "0.1.0"
    package static let name = "engram/\(text)"
}
