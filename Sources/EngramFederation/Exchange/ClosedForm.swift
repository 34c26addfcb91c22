// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// Training without steps: agents send their ridge statistics, the coordinator adds them up over each cluster and solves.
///
/// The result is the minimum over all rows together, however they are spread over agents, and one round is enough. More rounds
/// serve groupings that look for clusters: an agent's signature is the direction from the received model to its own solution.
package protocol ClosedForm: LocalTraining {
    var form: RidgeForm { get }

    /// The solution that the agent would use now, given its own statistics and its cluster's; nil: the cluster's.
    func personal(_ own: RidgeStatistics, cluster: RidgeStatistics, step: LocalStep) -> RidgeSolution?

    /// Whether `personal` has anything to say in this exchange, so that nothing is summed in vain.
    func personalises(_ step: LocalStep) -> Bool
}

extension ClosedForm {
    package var sendsUpdates: Bool { false }

    package func statistics(for network: Network) -> [Statistic] { [form.statistic(for: network)] }

    package func settle(_ model: inout ParameterSet, statistics: [String: [Float]], network: Network) {
        guard let held = form.held(statistics, network), let solution = try? held.solve(strength: form.strength),
            let solved = form.model(solution, network), solved.layout == model.layout
        else { return }
        model = solved
    }

    package func arrive(_ step: inout LocalStep) {
        guard personalises(step), let cluster = form.held(step.held, step.network),
            let solution = personal(form.own(step), cluster: cluster, step: step)
        else { return }
        step.answer = form.model(solution, step.network)
    }

    package func train(_ step: inout LocalStep) {
        let own = form.own(step)
        // What Float32 cannot hold is sent as what the participant refuses, with the agent's name.
        step.sent[RidgeForm.statistic] = (try? own.coded()) ?? [.nan]
        guard let solution = try? own.solve(strength: form.strength), let model = form.model(solution, step.network) else {
            return
        }
        step.model = model
        step.loss = step.network.evaluate(model, step.data, rows: step.rows).loss
    }

    package func objection(to recipe: Recipe) -> String? { formObjection(to: recipe) }

    /// What no closed form can do.
    func formObjection(to recipe: Recipe) -> String? {
        let name = "training '\(Self.name)'"
        if !recipe.hidden.isEmpty || recipe.normalisation != .none {
            return "\(name) solves for a linear model: it needs model.hidden [] and model.normalisation none"
        }
        if !(recipe.sharing is ShareAll) { return "\(name) solves for the whole model: it needs sharing 'all'" }
        if !(recipe.aggregation is WeightedMean) || !(recipe.server is ReplaceStep) {
            return "\(name) sends sums of products and no updates: an aggregation or server step would never be asked, "
                + "leave them at 'mean' and 'replace'"
        }
        if !(recipe.cohort is WholeCohort) {
            return "\(name) adds up what the agents send in one round: it needs cohort 'all', or some would be left out"
        }
        if recipe.grouping.mixes {
            return "\(name) sends no updates, and grouping '\(type(of: recipe.grouping).name)' mixes models by them"
        }
        return nil
    }
}
