// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import EngramWire
import Foundation

/// clusters.svg: the agents of each cluster as dots coloured by planted group, and the learning curves.
package struct ClusterDrawing {
    private let report: Report
    private let global: Report
    private let groups: [String]

    /// `global` is a run of everyone with the same budget.
    package init(_ report: Report, global: Report) {
        self.report = report
        self.global = global
        groups = Set(report.agents.compactMap(\.truth)).sorted { ($0.count, $0) < ($1.count, $1) }
    }

    package var svg: String {
        let clusters = Set(report.agents.compactMap(\.cluster)).sorted()
        let width = max(760, 60 + clusters.count * 130)
        var out = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) 560" font-family="sans-serif" font-size="13">
            <rect width="\(width)" height="560" fill="white"/>
            <text x="30" y="28" font-size="16">Clusters found, agents coloured by planted group</text>

            """
        for (column, cluster) in clusters.enumerated() {
            let left = 30 + column * 130
            let members = report.agents.filter { $0.cluster == cluster }
            out += "<rect x=\"\(left)\" y=\"45\" width=\"118\" height=\"150\" rx=\"8\" fill=\"none\" stroke=\"#999\"/>\n"
            out += "<text x=\"\(left + 8)\" y=\"63\">\(Drawing.escaped(cluster.rawValue)) (\(members.count))</text>\n"
            for (place, member) in members.prefix(30).enumerated() {
                let x = left + 16 + place % 5 * 21, y = 82 + place / 5 * 19
                out += "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"8\" fill=\"\(colour(member.truth))\">"
                out += "<title>\(Drawing.escaped(member.id.rawValue)) \(Drawing.escaped(member.truth ?? ""))</title></circle>\n"
            }
        }
        for (place, group) in groups.enumerated() {
            out += "<circle cx=\"\(38 + place * 90)\" cy=\"216\" r=\"7\" fill=\"\(colour(group))\"/>"
            out += "<text x=\"\(50 + place * 90)\" y=\"221\">\(Drawing.escaped(group))</text>\n"
        }
        return out + curves(width: width) + "</svg>\n"
    }

    /// Two curves over rounds on one scale.
    private func curves(width: Int) -> String {
        let found = report.rounds.compactMap { round in round.metric[.cluster].map { (round.round, $0) } }
        let single = global.rounds.compactMap { round in round.metric[.cluster].map { (round.round, $0) } }
        let values = (found + single).map(\.1)
        guard let low = values.min(), let high = values.max(), let last = (found + single).map(\.0).max() else { return "" }
        let (left, top, across, down) = (60.0, 270.0, Double(width) - 110, 240.0)
        func x(_ round: Int) -> Double { left + across * Double(round - 1) / Double(max(1, last - 1)) }
        func y(_ value: Double) -> Double { top + down * (1 - (value - low) / max(1e-9, high - low)) }
        var out =
            "<text x=\"30\" y=\"255\" font-size=\"16\">\(Drawing.escaped(report.summary.metricName)) on test rows, by round</text>\n"
        out += "<path d=\"M\(left) \(top)V\(top + down)H\(left + across)\" fill=\"none\" stroke=\"#999\"/>\n"
        out += "<text x=\"22\" y=\"\(top + 5)\">\(String(format: "%.2f", high))</text>"
        out += "<text x=\"22\" y=\"\(top + down)\">\(String(format: "%.2f", low))</text>\n"
        out += "<text x=\"\(left + across - 10)\" y=\"\(top + down + 20)\">\(last)</text>\n"
        for (name, points, colour) in [
            ("cluster models", found, Drawing.colour(0)), ("one global model", single, Drawing.colour(1)),
        ] {
            guard let end = points.last else { continue }
            let path = points.map { String(format: "%.1f,%.1f", x($0.0), y($0.1)) }.joined(separator: " ")
            out += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"/>\n"
            out += "<text x=\"\(left + across - 200)\" y=\"\(String(format: "%.1f", y(end.1) + 18))\" fill=\"\(colour)\">"
            out += "\(name): \(String(format: "%.3f", end.1))</text>\n"
        }
        return out
    }

    private func colour(_ group: String?) -> String {
        guard let group, let index = groups.firstIndex(of: group) else { return Drawing.grey }
        return Drawing.colour(index)
    }
}
