// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramFederation
import EngramLearning
import EngramWire

/// Runs the trials of a plan that were not run before, and keeps every result at once: an interruption costs one trial.
package struct SuiteRunner: Sendable {
    /// What is known of the trials, by their keys.
    package struct Outcomes: Sendable {
        package fileprivate(set) var runs: [Digest: MeasuredRun] = [:]
        /// Why a trial did not come to its end; it is tried again the next time.
        package fileprivate(set) var failures: [Digest: String] = [:]
        /// Trials that were run now, not before.
        package fileprivate(set) var fresh = 0

        package init() {}

        /// Takes in what else is known.
        package mutating func add(_ other: Outcomes) { runs.merge(other.runs) { own, _ in own } }
    }

    private let data: EvidenceData
    private let cache: TrialCache
    private let width: Int

    package init(data: EvidenceData, cache: TrialCache, width: Int) {
        self.data = data
        self.cache = cache
        self.width = width
    }

    /// What was measured before.
    package func known(_ plan: SuitePlan) -> Outcomes {
        var outcomes = Outcomes()
        for trial in plan.trials where outcomes.runs[trial.key] == nil { outcomes.runs[trial.key] = cache.run(trial) }
        return outcomes
    }

    /// Runs what is missing; with `afresh` everything.
    package func run(_ plan: SuitePlan, afresh: Bool, progress: inout SuiteProgress) throws -> Outcomes {
        var outcomes = afresh ? Outcomes() : known(plan)
        let trials = plan.trials
        for trial in trials { if let run = outcomes.runs[trial.key] { progress.skip(trial, run) } }
        // One federation serves all methods that come one after the other.
        var built: (identity: String, seed: Int, agents: [(id: AgentID, shard: Shard)])?
        for trial in trials where outcomes.runs[trial.key] == nil && outcomes.failures[trial.key] == nil {
            progress.begin(trial)
            do {
                if built?.identity != trial.federation.identity || built?.seed != trial.recipe.seed {
                    built = nil
                    built = (
                        trial.federation.identity, trial.recipe.seed,
                        try trial.federation.agents(seed: trial.recipe.seed, data: data)
                    )
                }
                let agents = built?.agents ?? []
                let attack = try trial.harm.map { harm in
                    try AttackPlan(
                        harm.attack, attackers: harm.attackers, among: agents.map { ($0.id, $0.shard.truth) },
                        recipe: trial.recipe)
                }
                let run = try MeasuredRun.simulate(trial.recipe, agents, attack: attack, width: width) { progress.add($0) }
                try cache.keep(run, of: trial)
                outcomes.runs[trial.key] = run
                outcomes.fresh += 1
                progress.end(trial, run)
            } catch {
                // A method that cannot run here must not take the others' hours with it.
                outcomes.failures[trial.key] = OperatorError(error).description
                progress.fail(trial, OperatorError(error))
            }
        }
        return outcomes
    }
}
