// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import Foundation

/// How far the suite is, and how long it will take: from how long like trials took, per unit of effort.
package struct SuiteProgress {
    private let live: LiveProgress
    private let redraws: Bool
    private let trials: [Trial]
    private var done = 0
    private var left: [Trial]
    private var rates: [String: (seconds: Double, effort: Double)] = [:]
    private var current: (trial: Trial, start: ContinuousClock.Instant)?

    package init(_ trials: [Trial], style: LiveProgress.Style) {
        self.trials = trials
        left = trials
        live = LiveProgress(rounds: 1, metricName: "", style: style)
        if case .redrawn = style { redraws = true } else { redraws = false }
    }

    /// Its result was there already; how long it took helps the forecast.
    package mutating func skip(_ trial: Trial, _ run: MeasuredRun) { settle(trial, run) }

    package mutating func begin(_ trial: Trial) {
        current = (trial, .now)
        if redraws { live.stage(text(trial, round: 0)) }
    }

    package mutating func add(_ summary: RoundSummary) {
        if redraws, let current { live.stage(text(current.trial, round: summary.round)) }
    }

    package mutating func end(_ trial: Trial, _ run: MeasuredRun) {
        settle(trial, run)
        current = nil
        let left = remaining.map { ", \(Words.seconds($0)) left" } ?? ""
        live.note("\(done) of \(trials.count)  \(trial.name): \(Words.seconds(run.report.cost.wallSeconds))\(left)")
    }

    package mutating func fail(_ trial: Trial, _ error: OperatorError) {
        done += 1
        left.removeAll { $0.key == trial.key }
        current = nil
        live.note("\(done) of \(trials.count)  \(trial.name): failed: \(error)")
    }

    package func finish() { live.finish() }

    private mutating func settle(_ trial: Trial, _ run: MeasuredRun) {
        done += 1
        left.removeAll { $0.key == trial.key }
        for kind in Self.kinds(trial) {
            let rate = rates[kind] ?? (0, 0)
            rates[kind] = (rate.seconds + run.report.cost.wallSeconds, rate.effort + trial.effort)
        }
    }

    /// From like to unlike: whose speed tells most about a trial's.
    private static func kinds(_ trial: Trial) -> [String] {
        let method = trial.contestant.name
        return ["\(trial.section)/\(trial.group)/\(method)", "\(trial.section)/\(trial.group)", trial.section, ""]
    }

    private func forecast(_ trial: Trial) -> Double? {
        Self.kinds(trial).lazy.compactMap { rates[$0] }.first { $0.effort > 0 }.map { $0.seconds / $0.effort * trial.effort }
    }

    /// Seconds to the end; nil before anything is known.
    package var remaining: Double? {
        let forecasts = left.compactMap(forecast)
        guard forecasts.count == left.count else { return nil }
        let spent = current.map { $0.start.duration(to: .now) / .seconds(1) } ?? 0
        return max(0, forecasts.reduce(0, +) - spent)
    }

    private func text(_ trial: Trial, round: Int) -> String {
        let full = 20 * done / max(1, trials.count)
        let bar = String(repeating: "#", count: full) + String(repeating: "-", count: 20 - full)
        let left = remaining.map { "  \(Words.seconds($0)) left" } ?? ""
        return "[\(bar)] \(done) of \(trials.count)\(left)  \(trial.name), round \(round)/\(trial.recipe.rounds)"
    }
}
