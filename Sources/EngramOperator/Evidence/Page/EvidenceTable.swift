// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import EngramWire
import Foundation

/// A table of a section: a title, and how its Markdown is made of the results.
package struct EvidenceTable: Sendable {
    /// Figures of others, in rows of their own below ours.
    package struct Peer: Sendable {
        package let group: String
        package let name: String
        /// One for each measure of the table; "" where there is none.
        package let cells: [String]

        package init(_ group: String, _ name: String, _ cells: String...) {
            self.group = group
            self.name = name
            self.cells = cells
        }
    }

    package let title: String
    /// Nil when nothing was measured for it.
    package let make: @Sendable (SectionResults) -> String?

    private init(_ title: String, _ make: @escaping @Sendable (SectionResults) -> String?) {
        self.title = title
        self.make = make
    }

    /// A table for each case: one row a method, one column a measure.
    package static func measures(_ title: String, _ measures: [Measure], peers: [Peer] = []) -> EvidenceTable {
        EvidenceTable(title) { results in
            joined(results) { group in
                var table = MarkdownTable(["method"] + measures.map(\.heading))
                for run in group.runs { table.row([run.name] + measures.map { $0.text(run.estimate($0)) }) }
                for peer in peers where peer.group == group.name { table.row(["*\(peer.name)*"] + peer.cells) }
                return table
            }
        }
    }

    /// One measure: a row a method, a column a case that has it.
    package static func matrix(_ title: String, _ measure: Measure) -> EvidenceTable {
        EvidenceTable(title) { results in
            let groups = results.groups.filter { group in group.runs.contains { $0.estimate(measure) != nil } }
            if groups.isEmpty { return nil }
            var table = MarkdownTable(["method"] + groups.map(\.name))
            for name in results.contestants {
                table.row(
                    [name]
                        + groups.map { group in
                            measure.text(group.runs.first { $0.name == name }.flatMap { $0.estimate(measure) })
                        })
            }
            return table.text
        }
    }

    /// A table for each case: every method's own row less a row of the same method, or of the case's first method, agent by
    /// agent.
    package static func paired(
        _ title: String, against rival: Row?, on part: TestPart = .all, prefix: String = ""
    ) -> EvidenceTable {
        EvidenceTable(title) { results in
            joined(results) { group in
                var table = MarkdownTable([
                    "method", "row", "difference", "± over agents", "± over seeds", "agents better", "agents worse",
                ])
                for (place, run) in group.runs.enumerated() {
                    guard let first = group.runs.first, rival == nil ? place > 0 : rival != run.row else { continue }
                    let difference = PairedDifference(
                        run, run.row, against: rival == nil ? first : run, rival ?? first.row, on: part
                    ) { id in id.rawValue.hasPrefix(prefix) ? PeopleFederation.person(id) : nil }
                    guard let difference else { continue }
                    table.row([
                        run.name, run.row.rawValue, String(format: "%+.4f", difference.mean), error(difference.errorOverAgents),
                        error(difference.errorOverSeeds), share(difference.shareBetter), share(difference.shareWorse),
                    ])
                }
                return table
            }
        }
    }

    private static func joined(
        _ results: SectionResults, _ table: (SectionResults.Group) -> MarkdownTable
    ) -> String? {
        let blocks = results.groups.compactMap { group -> String? in
            let table = table(group)
            if table.isEmpty { return nil }
            return (results.groups.count > 1 ? "*\(group.name)*\n\n" : "") + table.text
        }
        return blocks.isEmpty ? nil : blocks.joined(separator: "\n\n")
    }

    private static func error(_ value: Double?) -> String { value.map { String(format: "%.4f", $0) } ?? "-" }
    private static func share(_ value: Double) -> String { String(format: "%.0f %%", 100 * value) }
}
