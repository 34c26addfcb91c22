// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramCoordinator

@main
struct EngramdCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engramd", abstract: "Coordinates federations: runs rounds, groups agents, keeps one model per group.",
        discussion: """
            First make the state folder, then run:
              engramd init --state DIR --host coordinator.example.org
              engramd run --state DIR --listen 0.0.0.0:7443
            'init' leaves the first operator's identity in DIR/operator: use it with engram --identity DIR/operator.
            """,
        version: CoordinatorSoftware.version, subcommands: [Init.self, Run.self, Operator.self])
}
