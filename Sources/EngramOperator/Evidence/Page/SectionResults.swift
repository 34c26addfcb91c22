// SPDX-License-Identifier: Apache-2.0
import EngramFederation

/// What was measured for a section, case by case.
package struct SectionResults: Sendable {
    package struct Group: Sendable {
        /// The case's name.
        package let name: String
        /// In the order of the section's list.
        package let runs: [RepeatedRun]
    }

    package let groups: [Group]
    /// Figures' files begin with it.
    package let name: String
    package let wanted: Int
    package let measured: Int
    /// What the measured trials took when they ran.
    package let seconds: Double
    /// Contestants that failed, with the reason.
    package let failures: [String]

    package init(_ part: SuitePlan.Part, _ outcomes: SuiteRunner.Outcomes) {
        name = part.section.name
        // Two lines of a table may show the same run.
        let keys = Self.ordered(part.trials.map(\.key))
        wanted = keys.count
        let found = keys.compactMap { outcomes.runs[$0] }
        measured = found.count
        seconds = found.reduce(0) { $0 + $1.report.cost.wallSeconds }
        failures = part.trials.compactMap { trial in
            outcomes.failures[trial.key].map { "\(trial.group): \(trial.contestant.name), seed \(trial.recipe.seed): \($0)" }
        }
        groups = Self.ordered(part.trials.map(\.group)).map { group in
            let own = part.trials.filter { $0.group == group }
            return Group(
                name: group,
                runs: Self.ordered(own.map(\.contestant)).compactMap { contestant in
                    let runs = own.filter { $0.contestant == contestant }.compactMap { outcomes.runs[$0.key] }
                    let last =
                        contestant.row == .personal
                        && own.contains { $0.contestant == contestant && $0.recipe.training.answersLast }
                    return runs.isEmpty
                        ? nil : RepeatedRun(name: contestant.name, row: contestant.row, answersLast: last, runs: runs)
                })
        }.filter { !$0.runs.isEmpty }
    }

    /// The methods of all groups, in order.
    package var contestants: [String] { Self.ordered(groups.flatMap { $0.runs.map(\.name) }) }

    package var metricNames: [String] {
        Self.ordered(groups.flatMap { $0.runs.flatMap { $0.reports.map(\.summary.metricName) } })
    }

    /// Without repetitions, in the order of first appearance.
    private static func ordered<T: Hashable>(_ items: [T]) -> [T] {
        var seen: Set<T> = []
        return items.filter { seen.insert($0).inserted }
    }
}
