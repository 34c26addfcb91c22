// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import EngramWire
import Foundation

/// One number about a run, of which tables have a column and drawings a panel.
package enum Measure: Hashable, Sendable {
    /// How a row's figures become one.
    package enum Statistic: Hashable, Sendable {
        case weighted, mean, worstTenth
        /// Mean over agents on warm or cold test rows only.
        case warm, cold
        /// Mean over the agents whose name begins so.
        case among(String, TestPart)
    }

    /// A row of the report; nil is the method's own (`RepeatedRun.row`).
    case figure(Row?, Statistic)
    /// The same of the loss on all test rows: mean over agents, or over those whose name begins so.
    case loss(Row?, among: String?)
    /// Of all agents' test rows together, only for whether something is remembered.
    case pooledAUC(Row?), calibrationError(Row?)
    /// The method's own row after so many rounds, all agents' test rows together.
    case afterRound(Int)
    /// The first round whose models reach this figure, all agents' test rows together.
    case roundsTo(Double)
    case clusters, rand, worseThanLocal
    case megabytesUp, megabytesDown
    case secondsPerRound, processorSecondsPerRound, peakMegabytes
    /// By what the agents declare of their devices, over the whole run.
    case declaredSeconds, energyJoules
    /// The greatest of any agent.
    case epsilon

    package func value(of run: MeasuredRun, row: Row) -> Double? {
        let report = run.report
        let rounds = Double(max(1, report.rounds.count))
        switch self {
        case .figure(let named, let statistic): return Self.figure(named ?? row, statistic, report)
        case .loss(let named, let prefix):
            return Estimate(
                report.agents.filter { $0.id.rawValue.hasPrefix(prefix ?? "") }.compactMap { $0.loss?[named ?? row] })?.mean
        case .pooledAUC(let named): return report.summary.pooled?[named ?? row]?.auc
        case .calibrationError(let named): return report.summary.pooled?[named ?? row]?.calibrationError
        case .afterRound(let number):
            let last = report.rounds.last?.round
            return report.rounds.first { $0.round == number }?.metric[row]
                ?? (number == last ? report.summary.weighted[row] : nil)
        case .roundsTo(let level):
            return report.rounds.first { ($0.metric[row] ?? -.infinity) >= level }.map { Double($0.round) }
        case .clusters: return Double(report.summary.clusterCount)
        case .rand: return report.summary.adjustedRandIndex
        case .worseThanLocal: return report.summary.shareWorseThanLocal
        case .megabytesUp: return Double(report.cost.bytesUp) / 1e6
        case .megabytesDown: return Double(report.cost.bytesDown) / 1e6
        case .secondsPerRound: return report.rounds.reduce(0) { $0 + $1.seconds } / rounds
        case .processorSecondsPerRound: return run.processorSeconds / rounds
        case .peakMegabytes: return Double(report.cost.coordinatorPeakRssBytes) / 1e6
        case .declaredSeconds: return report.cost.declaredSeconds
        case .energyJoules: return report.cost.energyJoules
        case .epsilon: return report.privacy?.epsilon
        }
    }

    private static func figure(_ row: Row, _ statistic: Statistic, _ report: Report) -> Double? {
        switch statistic {
        case .weighted: report.summary.weighted[row]
        case .mean: report.summary.mean[row]
        case .worstTenth: report.summary.worstTenth[row]
        case .warm: report.summary.meanWarm[row]
        case .cold: report.summary.meanCold[row]
        case .among(let prefix, let part):
            Estimate(report.agents.filter { $0.id.rawValue.hasPrefix(prefix) }.compactMap { $0.metric(row, on: part) })?.mean
        }
    }

    /// What stands above the column.
    package var heading: String {
        switch self {
        case .figure(let row, let statistic):
            [row?.rawValue, statistic.words].compactMap { $0 }.joined(separator: ", ")
        case .loss(let row, _): [row?.rawValue, "loss"].compactMap { $0 }.joined(separator: ", ")
        case .pooledAUC(let row): [row?.rawValue, "pooled AUC"].compactMap { $0 }.joined(separator: ", ")
        case .calibrationError(let row): [row?.rawValue, "calibration error"].compactMap { $0 }.joined(separator: ", ")
        case .afterRound(let round): "r\(round)"
        case .roundsTo(let level): "rounds to \(String(format: "%.2f", level))"
        case .clusters: "clusters"
        case .rand: "Rand"
        case .worseThanLocal: "worse than alone"
        case .megabytesUp: "MB up"
        case .megabytesDown: "MB down"
        case .secondsPerRound: "s/round"
        case .processorSecondsPerRound: "CPU s/round"
        case .peakMegabytes: "peak MB"
        case .declaredSeconds: "declared s"
        case .energyJoules: "J"
        case .epsilon: "epsilon"
        }
    }

    package func text(_ estimate: Estimate?) -> String {
        guard let estimate else { return "-" }
        switch self {
        case .figure, .loss, .pooledAUC, .calibrationError, .afterRound, .rand: return estimate.text()
        case .roundsTo: return estimate.text(decimals: 0)
        case .clusters: return estimate.error ?? 0 == 0 ? estimate.value(decimals: 0) : estimate.text(decimals: 1)
        case .worseThanLocal: return estimate.text(decimals: 0, scale: 100) + " %"
        case .megabytesUp, .megabytesDown: return estimate.value(decimals: 1)
        case .secondsPerRound, .processorSecondsPerRound: return estimate.value(decimals: 2)
        case .peakMegabytes, .declaredSeconds: return estimate.value(decimals: 0)
        case .energyJoules: return estimate.value(decimals: 1)
        // The report's word for no bound at all.
        case .epsilon: return estimate.mean < 1e300 ? estimate.value(decimals: 2) : "unbounded"
        }
    }
}

extension Measure.Statistic {
    package var words: String {
        switch self {
        case .weighted: "weighted by rows"
        case .mean: "mean over agents"
        case .worstTenth: "worst tenth"
        case .warm: "warm items"
        case .cold: "cold items"
        case .among(let prefix, let part): "\(prefix)… only" + (part == .all ? "" : ", \(part.rawValue)")
        }
    }
}

extension Estimate {
    /// The mean alone, for costs.
    fileprivate func value(decimals: Int) -> String { String(format: "%.\(decimals)f", mean) }
}
