// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

@main
struct EngramAgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engram-agent", abstract: "Trains on this machine's own shard and takes part in federations.",
        discussion: """
            First enrol with a token from the coordinator's operator, then run:
              engram-agent enroll --state DIR --coordinator HOST:PORT --token TOKEN --name NAME
              engram-agent run --state DIR --shard FILE
            With --trainer COMMAND it trains a model of your own by a program of your own, in any language; 'model' gets a first model from it.
            'inspect' says what is in a shard and exactly what would leave this machine.
            """,
        version: Software.version, subcommands: [Enroll.self, Run.self, Model.self, Inspect.self])
}
