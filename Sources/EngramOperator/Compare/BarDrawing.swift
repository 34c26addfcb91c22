// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import Foundation

/// Bars with standard errors: one panel a measure, one bar a method, in the order given.
package struct BarDrawing: Sendable {
    package struct Panel: Sendable {
        package let title: String
        /// One for each name; nil leaves the place empty.
        package let values: [Estimate?]

        package init(title: String, values: [Estimate?]) {
            self.title = title
            self.values = values
        }
    }

    private let title: String
    private let names: [String]
    private let panels: [Panel]

    package init(title: String, names: [String], panels: [Panel]) {
        self.title = title
        self.names = names
        self.panels = panels.filter { $0.values.contains { $0 != nil } }
    }

    /// The methods of a comparison: what they deployed, and how many agents they left worse off than alone.
    package init(_ comparison: Comparison) {
        let parts: [(String, Measure)] = [
            ("deployed, weighted by rows", .figure(.deployed, .weighted)),
            ("deployed, mean over agents", .figure(.deployed, .mean)),
            ("deployed, worst tenth", .figure(.deployed, .worstTenth)), ("deployed, cold items", .figure(.deployed, .cold)),
            ("share worse than alone", .worseThanLocal),
        ]
        self.init(
            title: "\(comparison.name): \(comparison.metricName)", names: comparison.runs.map(\.name),
            panels: parts.map { title, measure in
                Panel(title: title, values: comparison.runs.map { $0.estimate(measure) })
            })
    }

    private static let (row, top, across, gap) = (24.0, 80.0, 190.0, 90.0)
    /// Panels beside each other; more go below.
    private static let columns = 4

    package var svg: String {
        let left = 40 + 7.5 * Double(names.map(\.count).max() ?? 0)
        let width = left + Double(max(1, min(panels.count, Self.columns))) * (Self.across + Self.gap)
        let strip = Self.row * Double(names.count) + 70
        var body = Drawing.text(title, x: 20, y: 28, "font-size=\"16\"")
        for (place, panel) in panels.enumerated() {
            let top = Self.top + strip * Double(place / Self.columns)
            if place % Self.columns == 0 {
                for (line, name) in names.enumerated() {
                    body += Drawing.text(name, x: left - 14, y: top + Self.middle(line) + 5, "text-anchor=\"end\"")
                }
            }
            body += draw(panel, left: left + Double(place % Self.columns) * (Self.across + Self.gap), top: top)
        }
        let strips = max(1, (panels.count + Self.columns - 1) / Self.columns)
        return Drawing.page(width: width, height: Self.top + strip * Double(strips), body)
    }

    /// Below the panel's top.
    private static func middle(_ line: Int) -> Double { row * (Double(line) + 0.5) }

    private func draw(_ panel: Panel, left: Double, top: Double) -> String {
        let ends = panel.values.compactMap { $0 }.flatMap { [$0.mean - ($0.error ?? 0), $0.mean + ($0.error ?? 0)] }
        let scale = Drawing.scale(of: ends)
        func x(_ value: Double) -> Double {
            left + Self.across * (value - scale.lowerBound) / max(1e-12, scale.upperBound - scale.lowerBound)
        }
        let bottom = top + Self.row * Double(names.count) + 4
        var out = Drawing.text(panel.title, x: left, y: top - 14)
        out +=
            "<path d=\"M\(Drawing.at(left)) \(Drawing.at(top - 4))V\(Drawing.at(bottom))H\(Drawing.at(left + Self.across))\""
        out += " fill=\"none\" stroke=\"#999\"/>\n"
        // The axis seldom starts at nought: differences are small. Its ends are written.
        for end in [scale.lowerBound, scale.upperBound] {
            out += Drawing.text(Self.tick(end, scale), x: x(end), y: bottom + 18, "text-anchor=\"middle\" fill=\"#666\"")
        }
        for (place, value) in panel.values.enumerated() {
            guard let value else { continue }
            let y = top + Self.middle(place)
            out += "<rect x=\"\(Drawing.at(left))\" y=\"\(Drawing.at(y - 8))\" width=\"\(Drawing.at(x(value.mean) - left))\""
            out += " height=\"16\" fill=\"\(Drawing.colour(place))\" fill-opacity=\"0.75\"/>\n"
            var right = x(value.mean)
            if let error = value.error {
                right = x(value.mean + error)
                out += "<path d=\"M\(Drawing.at(x(value.mean - error))) \(Drawing.at(y))H\(Drawing.at(right))\""
                out += " stroke=\"black\" stroke-width=\"1.5\"/>\n"
            }
            out += Drawing.text(String(format: "%.3f", value.mean), x: right + 5, y: y + 5, "font-size=\"12\"")
        }
        return out
    }

    private static func tick(_ value: Double, _ scale: ClosedRange<Double>) -> String {
        let span = scale.upperBound - scale.lowerBound
        return String(format: span >= 10 ? "%.0f" : span >= 0.5 ? "%.1f" : span >= 0.05 ? "%.2f" : "%.3f", value)
    }
}
