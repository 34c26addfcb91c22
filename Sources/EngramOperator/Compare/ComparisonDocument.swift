// SPDX-License-Identifier: Apache-2.0
import EngramFederation

/// A comparison for programs: `engram compare --json`. Figures are means over seeds with their standard errors.
package struct ComparisonDocument: Encodable, Sendable {
    package struct Line: Encodable, Sendable {
        let name: String
        let recipe: JSONValue
        let weighted: [Row: Estimate]
        let mean: [Row: Estimate]
        let worstTenth: [Row: Estimate]
        let meanWarm: [Row: Estimate]
        let meanCold: [Row: Estimate]
        let mostChosen: Row
        let costs: [String: Estimate]
    }

    package struct Difference: Encodable, Sendable {
        let name: String
        let against: String
        let part: TestPart
        let row: Row
        let againstRow: Row
        let difference: PairedDifference
    }

    let schema = "engram.comparison/1"
    let federation: String
    let metricName: String
    let agents: Int
    let seeds: [Int]
    let recipes: [Line]
    let differences: [Difference]

    package init(_ comparison: Comparison) {
        federation = comparison.name
        metricName = comparison.metricName
        agents = comparison.agentCount
        seeds = comparison.seeds
        recipes = comparison.runs.map { run in
            func figures(_ statistic: Measure.Statistic) -> [Row: Estimate] {
                var out: [Row: Estimate] = [:]
                for row in Row.allCases { out[row] = run.estimate(.figure(row, statistic)) }
                return out
            }
            var costs: [String: Estimate] = [:]
            for (key, measure) in Self.costs { costs[key] = run.estimate(measure) }
            return Line(
                name: run.name, recipe: run.reports.first?.recipe ?? .null, weighted: figures(.weighted), mean: figures(.mean),
                worstTenth: figures(.worstTenth), meanWarm: figures(.warm), meanCold: figures(.cold), mostChosen: run.mostChosen,
                costs: costs)
        }
        let first = comparison.runs.first?.name ?? ""
        var differences: [Difference] = []
        for part in comparison.parts {
            for line in comparison.differences(on: part) {
                if let difference = line.deployed {
                    differences.append(
                        .init(
                            name: line.name, against: first, part: part, row: .deployed, againstRow: .deployed,
                            difference: difference))
                }
                if let difference = line.best {
                    differences.append(
                        .init(
                            name: line.name, against: first, part: part, row: line.chosen, againstRow: line.firstChosen,
                            difference: difference))
                }
            }
        }
        self.differences = differences
    }

    private static let costs: [(String, Measure)] = [
        ("clusters", .clusters), ("adjusted_rand_index", .rand), ("share_worse_than_local", .worseThanLocal),
        ("megabytes_up", .megabytesUp), ("megabytes_down", .megabytesDown), ("seconds_per_round", .secondsPerRound),
        ("processor_seconds_per_round", .processorSecondsPerRound),
    ]
}
