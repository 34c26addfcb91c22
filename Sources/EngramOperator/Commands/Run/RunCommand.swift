// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser

/// `engram run`.
package struct RunCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Start runs on a coordinator and follow them.",
        discussion: "Where a run's name may be left out, the newest run is meant.",
        subcommands: [
            RunStartCommand.self, RunListCommand.self, RunShowCommand.self, RunWatchCommand.self, RunCancelCommand.self,
            RunReportCommand.self,
        ])

    package init() {}
}
