// SPDX-License-Identifier: Apache-2.0
import EngramFederation

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

    package var svg: String {
        let frame = PlotFrame(title: title, values: curves.flatMap { $0.points.map(\.value) })
        let last = max(2, curves.compactMap { $0.points.last?.round }.max() ?? 2)
        func x(_ round: Int) -> Double { PlotFrame.left + PlotFrame.across * Double(round - 1) / Double(last - 1) }
        var body = frame.below("round \(last)", x: x(last))
        for (place, curve) in curves.enumerated() {
            let path = curve.points.map { "\(Drawing.at(x($0.round))),\(Drawing.at(frame.y($0.value)))" }
            body += "<polyline points=\"\(path.joined(separator: " "))\" fill=\"none\" "
            body += "stroke=\"\(Drawing.colour(place))\" stroke-width=\"1.8\"/>\n"
        }
        return frame.page(body, names: curves.map { "\($0.name): \(Words.figure($0.points.last?.value))" })
    }
}
