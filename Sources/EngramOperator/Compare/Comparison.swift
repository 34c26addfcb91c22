// SPDX-License-Identifier: Apache-2.0
package import EngramFederation

/// Several recipes on one federation, paired over its agents; the first is what the others are compared with.
package struct Comparison: Sendable {
    /// The federation's name.
    package let name: String
    package let runs: [RepeatedRun]

    package init(name: String, runs: [RepeatedRun]) {
        self.name = name
        self.runs = runs
    }

    /// One comparison of a recipe with the first.
    package struct Difference: Sendable {
        package let name: String
        package let part: TestPart
        package let deployed: PairedDifference?
        /// The answer that most gates chose, of this recipe and of the first, and their difference.
        package let chosen: Row
        package let firstChosen: Row
        package let best: PairedDifference?
    }

    package var metricName: String { runs.first?.reports.first?.summary.metricName ?? "accuracy" }
    package var agentCount: Int { runs.first?.reports.first?.agents.count ?? 0 }
    package var seeds: [Int] { runs.first?.seeds ?? [] }
    /// Warm and cold where the shards say so, else all test rows.
    package var parts: [TestPart] {
        let isSplit = runs.contains { $0.reports.contains { !$0.summary.meanCold.isEmpty } }
        return isSplit ? [.all, .warm, .cold] : [.all]
    }

    /// Every recipe but the first, against the first.
    package func differences(on part: TestPart) -> [Difference] {
        guard let first = runs.first else { return [] }
        return runs.dropFirst().map { run in
            Difference(
                name: run.name, part: part,
                deployed: PairedDifference(run, .deployed, against: first, .deployed, on: part), chosen: run.mostChosen,
                firstChosen: first.mostChosen,
                best: PairedDifference(run, run.mostChosen, against: first, first.mostChosen, on: part))
        }
    }
}
