// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import EngramWire
import Foundation

/// Changes of the clusters in plain words.
package enum LineageWords {
    /// One event; nil for what only a developer wants to see in a running log (nothing is left out of the report).
    package static func line(_ event: LineageEvent, withTrials: Bool = false) -> String? {
        let from = names(event.from.map(\.rawValue)), to = names(event.to.map(\.rawValue))
        let who = event.agents.isEmpty ? "" : names(event.agents.map(\.rawValue), atMost: 6)
        let what: String
        switch event.event {
        case .founded: what = "\(to) founded"
        case .split: what = "\(from) split into \(to)"
        case .merged: what = "\(from) merged into \(to)"
        case .migrated: what = "\(who) moved from \(from) to \(to)"
        case .placed: what = "\(who) placed in \(to)"
        case .quarantined: what = "\(who) quarantined"
        case .released: what = "\(who) released from quarantine"
        case .tried:
            guard withTrials else { return nil }
            what = "\(from): \(to) tried"
        case .refused:
            guard withTrials else { return nil }
            what = "\(from): \(to) not taken"
        }
        return "round \(event.round): \(what): \(event.reason)\(figures(event))"
    }

    /// The figures that decide a split or merge: gain in validation loss, and how sure the test is.
    private static func figures(_ event: LineageEvent) -> String {
        var parts: [String] = []
        if let gain = event.figures["relative_gain"] { parts.append(String(format: "%+.0f %% of the loss", -100 * gain)) }
        if let t = event.figures["t"], abs(t) < 1e6 { parts.append(String(format: "t = %.1f", t)) }
        if let agents = event.figures["agents"], agents >= 0, agents < 1e9 { parts.append(Words.count(Int(agents), "agent")) }
        return parts.isEmpty ? "" : " (" + parts.joined(separator: ", ") + ")"
    }

    private static func names(_ names: [String], atMost limit: Int = 20) -> String {
        if names.count > limit { return names.prefix(limit).joined(separator: ", ") + " and \(names.count - limit) more" }
        guard let last = names.last, names.count > 1 else { return names.first ?? "nobody" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}
