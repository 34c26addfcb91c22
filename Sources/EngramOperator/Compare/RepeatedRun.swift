// SPDX-License-Identifier: Apache-2.0
package import EngramFederation

/// One method on one federation, once for each seed.
package struct RepeatedRun: Sendable {
    /// As tables show it.
    package let name: String
    /// Which of the six answers is the method's own: a personalised method is judged by its personal models, FedAvg by the
    /// common one.
    package let row: Row
    /// Whether that answer is made in the last exchange only: there is none after earlier rounds.
    package let answersLast: Bool
    /// In the order of their seeds.
    package let runs: [MeasuredRun]

    package init(name: String, row: Row = .deployed, answersLast: Bool = false, runs: [MeasuredRun]) {
        self.name = name
        self.row = row
        self.answersLast = answersLast
        self.runs = runs.sorted { $0.report.seed < $1.report.seed }
    }

    package var reports: [Report] { runs.map(\.report) }
    package var seeds: [Int] { reports.map(\.seed) }

    /// What the agents' gates chose most often, all seeds together; the first in the order of rows of equals.
    package var mostChosen: Row {
        var counts: [Row: Int] = [:]
        for report in reports { for agent in report.agents { if let row = agent.chosen { counts[row, default: 0] += 1 } } }
        return Row.allCases.reduce(.deployed) { (counts[$1] ?? 0) > (counts[$0] ?? 0) ? $1 : $0 }
    }

    /// A measure over the seeds that have it; nil if none has.
    package func estimate(_ measure: Measure) -> Estimate? {
        if answersLast, case .afterRound(let round) = measure, reports.contains(where: { round < $0.rounds.count }) { return nil }
        return Estimate(runs.compactMap { measure.value(of: $0, row: row) })
    }
}

/// Which of an agent's test rows are meant.
package enum TestPart: String, Codable, Hashable, Sendable {
    case all
    /// Rows whose item other agents trained on; rows whose item nobody did.
    case warm, cold
}

extension Report.Agent {
    package func metric(_ row: Row, on part: TestPart) -> Double? {
        switch part {
        case .all: metric[row]
        case .warm: warm[row]
        case .cold: cold[row]
        }
    }
}
