// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What all our SVG drawings share: colours, text that is safe to put in, short numbers.
enum Drawing {
    private static let colours = [
        "#3366cc", "#dc3912", "#109618", "#ff9900", "#990099", "#0099c6", "#dd4477", "#66aa00", "#b82e2e", "#316395", "#994499",
        "#22aa99",
    ]
    static let grey = "#888888"

    static func colour(_ index: Int) -> String { colours[index % colours.count] }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing(
            "\"", with: "&quot;")
    }

    /// A coordinate.
    static func at(_ value: Double) -> String { String(format: "%.1f", value) }

    static func page(width: Double, height: Double, _ body: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(at(width)) \(at(height))" font-family="sans-serif" font-size="13">
        <rect width="\(at(width))" height="\(at(height))" fill="white"/>
        \(body)</svg>

        """
    }

    static func text(_ text: String, x: Double, y: Double, _ attributes: String = "") -> String {
        "<text x=\"\(at(x))\" y=\"\(at(y))\"\(attributes.isEmpty ? "" : " " + attributes)>\(escaped(text))</text>\n"
    }

    /// A range that holds all values, its ends being round numbers; a little wider when there is only one value.
    static func scale(of values: [Double]) -> ClosedRange<Double> {
        guard let low = values.min(), let high = values.max(), low.isFinite, high.isFinite else { return 0...1 }
        let span = max(high - low, max(abs(high), 1e-3) * 0.02)
        let step = pow(10, floor(log10(span)))
        return floor((low - span * 0.1) / step) * step...ceil((high + span * 0.1) / step) * step
    }
}
