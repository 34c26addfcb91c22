// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import Foundation

/// One line that says how a run stands; a value without clock or terminal.
package struct ProgressText: Sendable {
    private let rounds: Int
    private let metricName: String
    private var last: RoundSummary?
    private var metric: [Row: Double] = [:]
    private var bytes = (up: 0, down: 0)
    private var seconds: [Double] = []

    package init(rounds: Int, metricName: String) {
        self.rounds = rounds
        self.metricName = metricName
    }

    /// Takes a round in. The figures of its models come with the next round, which evaluates them.
    package mutating func add(_ summary: RoundSummary) {
        for (row, value) in summary.entering { metric[row] = value }
        bytes.up += summary.bytesUp
        bytes.down += summary.bytesDown
        seconds.append(summary.seconds)
        if seconds.count > 10 { seconds.removeFirst() }
        last = summary
    }

    /// Seconds to the end, by the last ten rounds.
    package var remaining: Double? {
        guard let last, !seconds.isEmpty else { return nil }
        return Double(max(0, rounds - last.round)) * seconds.reduce(0, +) / Double(seconds.count)
    }

    package var text: String {
        guard let last else { return "waiting for agents" }
        // The round after the last one only evaluates.
        var parts = [last.round > rounds ? "final evaluation" : "round \(last.round)/\(rounds)"]
        let rows = [Row.cluster, .global].compactMap { row in metric[row].map { "\(row.rawValue) \(Words.figure($0))" } }
        if !rows.isEmpty { parts.append("\(metricName) " + rows.joined(separator: " ")) }
        if last.round <= rounds { parts.append(String(format: "loss %.3f", last.loss)) }
        parts.append(Words.count(last.clusters.count { $0.members > 0 }, "cluster"))
        if let epsilon = last.epsilon { parts.append(String(format: "epsilon %.2f", epsilon)) }
        if last.lost > 0 { parts.append("\(last.lost) lost") }
        parts.append("up \(Words.bytes(bytes.up)) down \(Words.bytes(bytes.down))")
        if let remaining, last.round < rounds { parts.append("ETA \(Words.seconds(remaining))") }
        return parts.joined(separator: "  ")
    }
}
