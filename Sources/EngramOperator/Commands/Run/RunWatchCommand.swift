// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation
import EngramLocks
import EngramWire
import Foundation

/// `engram run watch`.
package struct RunWatchCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow a run to its end: round, metric, clusters, traffic, time left.",
        discussion: """
            On a terminal the figures and their course are drawn again and again, as wide as it is, without colour if NO_COLOR is set; in a
            pipe each round is a line, with --json each is a JSON object. Ends with exit code 1 if the run failed or was cancelled.

            engram watch is the same as engram run watch.
            """)

    @Argument(help: "The run (the newest if it is missing).") package var name: String?
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        try await RunWatching(connection: connection, run: try Named.run(name)).follow()
    }
}

/// Following one run on standard output.
package struct RunWatching: Sendable {
    let connection: ConnectionOptions
    let run: RunID?

    package func follow() async throws {
        let json = connection.format.json
        let live = Mutex<LiveProgress?>(nil)
        let last = Mutex<Admin.RunLine?>(nil)
        let run = run
        try await connection.link { link in
            // What was before, for the sparklines; the stream has what comes.
            let past = json ? nil : try await link.ask(.showRun, Admin.RunName(run: run), as: Admin.RunDetail.self)
            try await link.watch(.init(run: past?.line.run ?? run)) { progress in
                last.withLock { $0 = progress.line }
                if json {
                    if let text = try? Output.text(json: progress, pretty: false) { Output.print(text) }
                    return
                }
                let shown = live.withLock { live in
                    if let live { return live }
                    let shown = LiveProgress(
                        rounds: progress.line.rounds, metricName: "metric", style: LiveProgress.panel(on: STDOUT_FILENO)
                    ) { Output.write($0, to: .standardOutput) }
                    shown.begin(with: past?.summaries ?? [])
                    live = shown
                    return shown
                }
                for event in progress.events { if let words = LineageWords.line(event) { shown.note(words) } }
                if let summary = progress.summary {
                    shown.add(summary)
                } else {
                    shown.stage(RunWords.text(of: progress.line))
                }
            }
        }
        live.withLock { $0 }?.finish()
        guard let line = last.withLock({ $0 }) else { return }
        if !json { Output.print(RunWords.text(of: line)) }
        if line.state == "failed" || line.state == "cancelled" {
            throw OperatorError.failed("run \(line.run) was \(line.state)" + (line.failure.map { ": \($0)" } ?? ""))
        }
    }
}

/// A run's line in words.
enum RunWords {
    static func text(of line: Admin.RunLine) -> String {
        "\(line.run) (\(line.name)): \(line.state), round \(line.round) of \(line.rounds), \(Words.count(line.agents, "agent")), "
            + Words.count(line.clusters, "cluster") + (line.failure.map { "; \($0)" } ?? "")
    }
}
