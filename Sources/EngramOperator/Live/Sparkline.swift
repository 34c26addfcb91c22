// SPDX-License-Identifier: Apache-2.0

/// Figures as a line of characters, the least of them low and the greatest high.
package struct Sparkline: Sendable {
    package enum Style: Sendable {
        /// U+2581 to U+2588.
        case blocks
        /// For terminals that are not set to UTF-8.
        case ascii

        var levels: [Character] {
            switch self {
            case .blocks: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
            case .ascii: ["_", ".", "-", "=", "+", "*", "%", "#"]
            }
        }
    }

    /// At most `columns` characters. Where there are more figures, each character is the mean of some; one that is missing is a space.
    package static func text(_ values: [Double?], columns: Int, style: Style) -> String {
        let points = condensed(values.map { $0.flatMap { $0.isFinite ? $0 : nil } }, to: max(1, columns))
        let known = points.compactMap { $0 }
        guard let low = known.min(), let high = known.max() else { return String(repeating: " ", count: points.count) }
        let levels = style.levels
        return String(
            points.map { point -> Character in
                guard let point else { return " " }
                // Halves, so that the range of two huge figures is finite.
                let part = (point / 2 - low / 2) / (high / 2 - low / 2)
                let share = part.isFinite ? part : 0.5
                return levels[max(0, min(levels.count - 1, Int(share * Double(levels.count))))]
            })
    }

    /// Runs of neighbours, as even as can be, as their means.
    private static func condensed(_ values: [Double?], to columns: Int) -> [Double?] {
        guard values.count > columns else { return values }
        return (0..<columns).map { column in
            let own = values[column * values.count / columns..<(column + 1) * values.count / columns].compactMap { $0 }
            return own.isEmpty ? nil : own.reduce(0) { $0 + $1 / Double(own.count) }
        }
    }
}
