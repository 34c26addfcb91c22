// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import Foundation

/// How a run stands, and how it came there: the line of `ProgressText` over sparklines; a value without clock or terminal.
package struct ProgressPanel: Sendable {
    private var progress: ProgressText
    private let rounds: Int
    private var summaries: [RoundSummary] = []

    package init(rounds: Int, metricName: String) {
        progress = ProgressText(rounds: rounds, metricName: metricName)
        self.rounds = rounds
    }

    package mutating func add(_ summary: RoundSummary) {
        progress.add(summary)
        summaries.append(summary)
    }

    package var text: String { progress.text }

    /// Lines of at most `look.columns - 1` characters: a full line would make the cursor wrap. A small terminal gets the first one only.
    package func lines(_ look: TerminalLook) -> [String] {
        let width = max(20, look.columns - 1)
        let head = String(text.prefix(width))
        let tracks = tracks
        guard look.columns >= 40, look.rows > tracks.count + 2, summaries.count > 1 else { return [head] }
        return [head]
            + tracks.map { track in
                let columns = min(60, width - 24)
                let spark = Sparkline.text(track.values, columns: columns, style: look.sparkline)
                let name = track.name.padding(toLength: 9, withPad: " ", startingAt: 0)
                let value = track.values.last.flatMap { $0 }.map(track.words) ?? "-"
                return look.hasColour
                    ? "  \u{1B}[2m\(name)\u{1B}[22m \(spark) \u{1B}[1m\(value)\u{1B}[22m" : "  \(name) \(spark) \(value)"
            }
    }

    private struct Track {
        let name: String
        let values: [Double?]
        let words: (Double) -> String
    }

    /// What is followed over rounds; a track that no round has a value for is left out.
    private var tracks: [Track] {
        // The exchange after the last round evaluates, and trains nothing.
        let training = summaries.filter { $0.round <= rounds }
        return [
            Track(name: "cluster", values: summaries.map { $0.entering[.cluster] }) { Words.figure($0) },
            Track(name: "global", values: summaries.map { $0.entering[.global] }) { Words.figure($0) },
            Track(name: "loss", values: training.map(\.loss)) { Words.figure($0) },
            Track(name: "seconds", values: summaries.map(\.seconds)) { Words.seconds($0) },
            Track(name: "clusters", values: summaries.map { Double($0.clusters.count { $0.members > 0 }) }) { String(Int($0)) },
        ].filter { $0.values.contains { $0 != nil } }
    }
}
