// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import EngramWire
import Foundation

/// The three runs of the demonstration, and what a person wants to read of them.
package struct DemoResults: Sendable {
    package let constellation: Report
    package let everyone: Report
    package let given: Report

    package init(constellation: Report, everyone: Report, given: Report) {
        self.constellation = constellation
        self.everyone = everyone
        self.given = given
    }

    package var text: String {
        [
            constellation.table(title: "constellation"), comparison, "How the clusters came about:\n" + lineage,
            "Who ended up with whom (agents per cluster and planted rotation; the coordinator never saw the rotations):\n"
                + picture,
            memory, Self.meaning,
        ].joined(separator: "\n\n")
    }

    /// The same figure of every method side by side.
    package var comparison: String {
        var table = TextTable("WHAT AN AGENT USES", "ACCURACY", "WORST TENTH", "SECONDS", "MB UP", "MB DOWN")
        func line(_ name: String, _ report: Report, _ row: Row, cost: Bool) {
            let figures = report.summary
            let costs =
                cost
                ? [
                    String(format: "%.1f", report.cost.wallSeconds), String(format: "%.1f", Double(report.cost.bytesUp) / 1e6),
                    String(format: "%.1f", Double(report.cost.bytesDown) / 1e6),
                ] : ["", "", ""]
            table.row(cells: [name, Words.figure(figures.weighted[row]), Words.figure(figures.worstTenth[row])] + costs)
        }
        line("a model trained alone (local)", constellation, .local, cost: false)
        line("one global model (run: everyone)", everyone, .cluster, cost: true)
        line("its cluster's model (run: constellation)", constellation, .cluster, cost: true)
        line("what its gate deployed (run: constellation)", constellation, .deployed, cost: false)
        line("the model of its planted group (run: given)", given, .cluster, cost: true)
        let index = constellation.summary.adjustedRandIndex.map { String(format: "%.3f", $0) } ?? "-"
        return table.text
            + "\nadjusted Rand index of the clusters found, against the planted rotations: \(index) "
            + "(\(Words.count(constellation.summary.clusterCount, "cluster")), no count given)"
    }

    /// What was taken, a line each; what was tried and refused, counted (the report has every trial with its figures).
    private var lineage: String {
        let refused = constellation.lineage.count { $0.event == .refused }
        var lines = constellation.lineage.compactMap { LineageWords.line($0) }
        if refused > 0 {
            lines.append(
                "\(Words.count(refused, "other change")) tried and not taken: not better on the members' own validation images")
        }
        return lines.map { "  " + $0 }.joined(separator: "\n")
    }

    /// Clusters × planted groups, a block per agent.
    package var picture: String {
        let clusters = Set(constellation.agents.compactMap(\.cluster)).sorted()
        let groups = Set(constellation.agents.compactMap(\.truth)).sorted { ($0.count, $0) < ($1.count, $1) }
        var table = TextTable(head: [""] + groups)
        for cluster in clusters {
            let members = constellation.agents.filter { $0.cluster == cluster }
            table.row(
                cells: [cluster.rawValue]
                    + groups.map { group in
                        let count = members.count { $0.truth == group }
                        return count == 0 ? "·" : String(repeating: "■", count: count)
                    })
        }
        return table.text
    }

    private var memory: String {
        let cost = constellation.cost
        return "greatest resident memory: engramd \(Words.bytes(cost.coordinatorPeakRssBytes)), an engram-agent "
            + "\(Words.bytes(cost.agentPeakRssBytes)); model of \(cost.modelParameters) parameters"
    }

    private static let meaning = """
        What the numbers mean:
          majority      always the agent's most frequent training class: the floor
          local         a model trained on the agent's own 300 images only: what federating must beat
          global        one model for all 24 agents, whatever way their images are turned
          cluster       the model of the cluster that the agent was found to belong to
          personal      the cluster's model after the agent's own training on its own images
          deployed      what the agent's gate chose among them, on its own validation images
          worst tenth   the mean over the tenth of agents that fare worst
          Rand index    1 when the clusters are just the planted rotations, 0 when they are no better than chance
          MB            bytes at the sockets, TLS and framing included, all agents together
        """
}
