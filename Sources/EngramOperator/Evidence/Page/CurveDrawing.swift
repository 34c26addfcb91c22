// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import Foundation

/// Figures by round, a line a method, means over seeds.
package struct CurveDrawing: Sendable {
    package struct Curve: Sendable {
        package let name: String
        package let points: [(round: Int, value: Double)]

        /// The method's own row; what a gate deployed is not known round by round, the cluster's model stands for it. Rows without a
        /// figure for each round, and answers that are made only in the end, have no curve.
        package init(_ run: RepeatedRun) {
            name = run.name
            let row = run.row == .deployed ? .cluster : run.row
            guard !run.answersLast else {
                points = []
                return
            }
            let rounds = run.reports.map(\.rounds.count).min() ?? 0
            points = (0..<rounds).compactMap { index in
                Estimate(run.reports.compactMap { $0.rounds[index].metric[row] }).map { (index + 1, $0.mean) }
            }
        }
    }

    private let title: String
    private let curves: [Curve]

    package init(title: String, curves: [Curve]) {
        self.title = title
        self.curves = curves.filter { !$0.points.isEmpty }
    }

    private static let (left, top, across, down) = (60.0, 50.0, 560.0, 300.0)

    package var svg: String {
        let scale = Drawing.scale(of: curves.flatMap { $0.points.map(\.value) })
        let last = max(2, curves.compactMap { $0.points.last?.round }.max() ?? 2)
        func x(_ round: Int) -> Double { Self.left + Self.across * Double(round - 1) / Double(last - 1) }
        func y(_ value: Double) -> Double {
            Self.top + Self.down * (1 - (value - scale.lowerBound) / max(1e-12, scale.upperBound - scale.lowerBound))
        }
        var body = Drawing.text(title, x: 20, y: 28, "font-size=\"16\"")
        body += "<path d=\"M\(Drawing.at(Self.left)) \(Drawing.at(Self.top))V\(Drawing.at(Self.top + Self.down))"
        body += "H\(Drawing.at(Self.left + Self.across))\" fill=\"none\" stroke=\"#999\"/>\n"
        for end in [scale.lowerBound, scale.upperBound] {
            body += Drawing.text(String(format: "%.3f", end), x: 14, y: y(end) + 5, "fill=\"#666\"")
        }
        body += Drawing.text("round \(last)", x: x(last) - 20, y: Self.top + Self.down + 20, "fill=\"#666\"")
        for (place, curve) in curves.enumerated() {
            let path = curve.points.map { "\(Drawing.at(x($0.round))),\(Drawing.at(y($0.value)))" }.joined(separator: " ")
            let colour = Drawing.colour(place)
            body += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.8\"/>\n"
            body += Drawing.text(
                "\(curve.name): \(Words.figure(curve.points.last?.value))", x: Self.left + Self.across + 20,
                y: Self.top + 14 + 20 * Double(place), "fill=\"\(colour)\"")
        }
        let legend = 7.5 * Double(curves.map { $0.name.count + 8 }.max() ?? 0)
        return Drawing.page(
            width: Self.left + Self.across + 40 + legend,
            height: max(Self.top + Self.down + 40, Self.top + 40 + 20 * Double(curves.count)), body)
    }
}
