// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Axes, a heading and a coloured list of names: what drawings of values share.
struct PlotFrame {
    let title: String
    /// What the height of the plot stands for.
    let scale: ClosedRange<Double>

    static let (left, top, across, down) = (60.0, 50.0, 560.0, 300.0)
    static let (right, floor) = (left + across, top + down)

    init(title: String, values: [Double]) {
        self.title = title
        scale = Drawing.scale(of: values)
    }

    func y(_ value: Double) -> Double {
        Self.top + Self.down * (1 - (value - scale.lowerBound) / max(1e-12, scale.upperBound - scale.lowerBound))
    }

    /// A word or figure below the plot.
    func below(_ text: String, x: Double) -> String {
        Drawing.text(text, x: x, y: Self.floor + 20, "fill=\"#666\" text-anchor=\"middle\"")
    }

    /// The page around what is plotted; the names stand beside it in the order of their colours.
    func page(_ plot: String, names: [String]) -> String {
        var body = Drawing.text(title, x: 20, y: 28, "font-size=\"16\"")
        body += "<path d=\"M\(Drawing.at(Self.left)) \(Drawing.at(Self.top))V\(Drawing.at(Self.floor))"
        body += "H\(Drawing.at(Self.right))\" fill=\"none\" stroke=\"#999\"/>\n"
        for end in [scale.lowerBound, scale.upperBound] {
            body += Drawing.text(String(format: "%.3f", end), x: 14, y: y(end) + 5, "fill=\"#666\"")
        }
        body += plot
        for (place, name) in names.enumerated() {
            body += Drawing.text(
                name, x: Self.right + 20, y: Self.top + 14 + 20 * Double(place), "fill=\"\(Drawing.colour(place))\"")
        }
        return Drawing.page(
            width: Self.right + 40 + 7.5 * Double(names.map(\.count).max() ?? 0),
            height: max(Self.floor + 40, Self.top + 40 + 20 * Double(names.count)), body)
    }
}
