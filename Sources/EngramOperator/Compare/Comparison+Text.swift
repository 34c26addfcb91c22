// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import Foundation

extension Comparison {
    private static let statistics: [Measure.Statistic] = [.weighted, .mean, .worstTenth, .warm, .cold]
    private static let costs: [Measure] = [
        .clusters, .rand, .worseThanLocal, .megabytesUp, .megabytesDown, .secondsPerRound,
    ]

    /// Tables for a person.
    package var text: String {
        let error = seeds.count > 1 ? ", \(Words.count(seeds.count, "seed")) (mean ± standard error over seeds)" : ""
        var blocks = ["\(name): \(metricName) on test rows, \(Words.count(agentCount, "agent"))\(error)"]
        for statistic in Self.statistics {
            let measures = Row.allCases.map { Measure.figure($0, statistic) }
            guard runs.contains(where: { run in measures.contains { run.estimate($0) != nil } }) else { continue }
            blocks.append(statistic.words + "\n" + table(measures, head: Row.allCases.map { $0.rawValue.uppercased() }))
        }
        blocks.append(table(Self.costs, head: Self.costs.map { $0.heading.uppercased() }))
        if runs.count > 1 { blocks += parts.map(differenceTable) }
        return blocks.joined(separator: "\n\n")
    }

    private func table(_ measures: [Measure], head: [String]) -> String {
        var table = TextTable(head: ["RECIPE"] + head)
        for run in runs { table.row(cells: [run.name] + measures.map { $0.text(run.estimate($0)) }) }
        return table.text
    }

    private func differenceTable(_ part: TestPart) -> String {
        let rows = part == .all ? "all test rows" : "\(part.rawValue) test rows"
        var table = TextTable(head: [
            "RECIPE", "DEPLOYED", "± AGENTS", "± SEEDS", "BETTER", "WORSE", "MOST CHOSEN", "DIFFERENCE", "± AGENTS", "± SEEDS",
        ])
        func signed(_ value: Double?) -> String { value.map { String(format: "%+.3f", $0) } ?? "-" }
        func share(_ value: Double?) -> String { value.map { String(format: "%.0f %%", 100 * $0) } ?? "-" }
        for line in differences(on: part) {
            let (deployed, best) = (line.deployed, line.best)
            table.row(cells: [
                line.name, signed(deployed?.mean), Words.figure(deployed?.errorOverAgents),
                Words.figure(deployed?.errorOverSeeds),
                share(deployed?.shareBetter), share(deployed?.shareWorse), line.chosen.rawValue, signed(best?.mean),
                Words.figure(best?.errorOverAgents), Words.figure(best?.errorOverSeeds),
            ])
        }
        let first = runs.first
        return """
            less \(first?.name ?? "") (whose gates mostly chose \(first?.mostChosen.rawValue ?? "-")), agent by agent, \(rows)
            \(table.text)
            """
    }
}
