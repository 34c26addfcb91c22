// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation

/// `engram run start`.
package struct RunStartCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start a run with a recipe.",
        discussion: """
            The run waits until rounds_close.agents agents are connected (set it with --agents), then goes round by round until done.
            With --watch the command follows the run and ends with it.

            Example: engram run start --recipe constellation --agents 24 --watch
            """)

    @OptionGroup package var recipe: RecipeOptions
    @OptionGroup package var model: ModelOptions
    @Option(help: "The run's name (one is made if it is missing).") package var name: String?
    @Option(help: "Agents that must be connected before it starts.") package var agents: Int?
    @Flag(help: "Follow the run to its end.") package var watch = false
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        var options = recipe
        if let agents { options.overrides.append("rounds_close.agents=\(agents)") }
        var changed = try options.resolved()
        try model.apply(to: &changed)
        let (recipe, run) = (changed, try Named.run(name))
        let json = connection.format.json
        let line = try await connection.link { try await $0.start(recipe, as: run) }
        if json {
            try Output.print(json: line)
        } else {
            Output.print("started \(line.run) (\(line.name)): \(line.state)")
        }
        if watch { try await RunWatching(connection: connection, run: line.run).follow() }
    }
}
