// SPDX-License-Identifier: Apache-2.0

extension LocalFederation {
    /// By what the agents train a model of somebody's own.
    package struct Trainer: Sendable {
        /// A line of the shell.
        package let command: String
        /// In which it must answer, and be ready; nil: as engram-agent has it.
        package let seconds: Double?

        package init(command: String, seconds: Double? = nil) {
            self.command = command
            self.seconds = seconds
        }

        /// For engram-agent.
        var arguments: [String] {
            ["--trainer", command]
                + (seconds.map { ["--trainer-seconds", String($0), "--trainer-start-seconds", String($0)] } ?? [])
        }
    }
}
