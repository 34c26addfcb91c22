// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Quantities as people read them.
package enum Words {
    package static func bytes(_ count: Int) -> String {
        let value = Double(count)
        return switch value {
        case 1e9...: String(format: "%.2f GB", value / 1e9)
        case 1e6...: String(format: "%.1f MB", value / 1e6)
        case 1e3...: String(format: "%.1f kB", value / 1e3)
        default: "\(count) B"
        }
    }

    package static func seconds(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
        if seconds < 10 { return String(format: "%.1f s", seconds) }
        let whole = Int(seconds.rounded())
        if whole < 120 { return "\(whole) s" }
        if whole < 7200 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    /// Three decimals, or a dash.
    package static func figure(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "-" }

    package static func time(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }

    /// "1 agent", "3 agents".
    package static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// Seconds of "90", "90s", "15m", "24h" or "7d"; nil for anything else.
    package static func duration(_ text: String) -> Double? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        let scale = text.last.flatMap { units[$0] }
        guard let number = Double(scale == nil ? text : String(text.dropLast())), number > 0, number.isFinite else { return nil }
        return number * (scale ?? 1)
    }
}
