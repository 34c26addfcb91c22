// SPDX-License-Identifier: Apache-2.0
import EngramWire
import Foundation

extension Report {
    /// The table that a person wants to see first.
    package func table(title: String) -> String {
        func cell(_ value: Double?) -> String {
            (value.map { String(format: "%.3f", $0) } ?? "-").padding(toLength: 10, withPad: " ", startingAt: 0)
        }
        func head(_ text: String) -> String { text.padding(toLength: 22, withPad: " ", startingAt: 0) }
        let hostile = attack?.agents.count ?? 0
        let who = hostile > 0 ? "\(agents.count - hostile) honest of \(agents.count) agents" : "\(agents.count) agents"
        var out = "\(title): \(summary.metricName) on test rows, \(who)\n"
        out += head("") + Row.allCases.map { $0.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0) }.joined() + "\n"
        for (name, values) in [
            ("weighted by rows", summary.weighted), ("mean over agents", summary.mean), ("worst tenth", summary.worstTenth),
            ("mean, warm items", summary.meanWarm), ("mean, cold items", summary.meanCold),
        ] where !values.isEmpty {
            out += head(name) + Row.allCases.map { cell(values[$0]) }.joined() + "\n"
        }
        for (name, value) in [
            ("pooled AUC", \Pooled.auc), ("pooled log-loss", \.logLoss), ("calibration error", \.calibrationError),
        ] as [(String, KeyPath<Pooled, Double>)] {
            guard let pooled = summary.pooled else { continue }
            out += head(name) + Row.allCases.map { cell(pooled[$0]?[keyPath: value]) }.joined() + "\n"
        }
        out += "clusters: \(summary.clusterCount)"
        if let index = summary.adjustedRandIndex { out += String(format: ", adjusted Rand index %.3f", index) }
        if let share = summary.shareWorseThanLocal { out += String(format: ", worse than alone %.0f %%", 100 * share) }
        out += String(
            format: "\n%d rounds, %.1f s, %.1f MB up, %.1f MB down\n", rounds.count, cost.wallSeconds, Double(cost.bytesUp) / 1e6,
            Double(cost.bytesDown) / 1e6)
        if let attack { out += "attack: \(attack.name) by \(attack.agents.map(\.rawValue).joined(separator: ", "))\n" }
        if let privacy { out += privacy.line }
        return out
    }
}
