// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What is paid against what is had: a point a method, the price on a logarithmic axis; methods that pay nothing are dashed lines.
package struct TradeDrawing: Sendable {
    package struct Point: Sendable {
        package let name: String
        /// Nil, or not above 0, where nothing is paid.
        package let price: Double?
        package let value: Double

        package init(name: String, price: Double?, value: Double) {
            self.name = name
            self.price = price.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
            self.value = value
        }
    }

    private let title: String
    private let price: String
    private let points: [Point]

    /// Nil where no method pays anything.
    package init?(title: String, price: String, points: [Point]) {
        guard points.contains(where: { $0.price != nil }) else { return nil }
        self.title = title
        self.price = price
        self.points = points
    }

    package var svg: String {
        let frame = PlotFrame(title: title, values: points.map(\.value))
        let prices = points.compactMap { $0.price.map(log10) }
        let low = (prices.min() ?? 0) - 0.1, span = max(0.2, (prices.max() ?? 1) + 0.1 - low)
        func x(_ price: Double) -> Double { PlotFrame.left + PlotFrame.across * (log10(price) - low) / span }
        var body = frame.below(price, x: (PlotFrame.left + PlotFrame.right) / 2)
        for end in [pow(10, low), pow(10, low + span)] { body += frame.below(String(format: "%.3g", end), x: x(end)) }
        for (place, point) in points.enumerated() {
            let colour = Drawing.colour(place), y = frame.y(point.value)
            if let price = point.price {
                body += "<circle cx=\"\(Drawing.at(x(price)))\" cy=\"\(Drawing.at(y))\" r=\"5\" fill=\"\(colour)\"/>\n"
                body += Drawing.text("\(place + 1)", x: x(price) + 8, y: y - 6, "fill=\"\(colour)\"")
            } else {
                body += "<path d=\"M\(Drawing.at(PlotFrame.left)) \(Drawing.at(y))H\(Drawing.at(PlotFrame.right))\" "
                body += "fill=\"none\" stroke=\"\(colour)\" stroke-dasharray=\"6 4\"/>\n"
            }
        }
        return frame.page(
            body, names: points.enumerated().map { "\($0 + 1)  \($1.name): \(Words.figure($1.value))" })
    }
}
