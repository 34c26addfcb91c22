// SPDX-License-Identifier: Apache-2.0
import EngramLearning

/// The agent's choice of what to deploy, by its own validation rows and by what its peers found; and the report's rows on its test rows.
///
/// Accept if better (EEFED, Huang et al. 2022): the cluster's model is deployed unless another answer is expected to cost less. With a prior
/// from its peers the expectation is the posterior mean (`GatePrior`). Without one, the one-standard-error rule: an agent has few validation rows, and
/// the best of five noisy figures is often the luckiest; what owes more to others should carry over better. Answers of one order, whose rank costs are
/// equal, are told apart by their losses. Test rows never choose.
struct Gate {
    /// Who is asked first keeps its place until it is beaten.
    private static let order: [Row] = [.personal, .global, .local, .majority]

    var rows: ReportRows

    /// With `tallies` the rows carry the chances that each answer gives.
    init(
        shard: Shard, network: Network, majority: MajorityAnswer, answers: [Row: Answer], priors: [Row: GatePrior]? = nil,
        tallies: Bool = false
    ) {
        func figures(_ row: Row, _ which: [Int]) -> Evaluation? {
            if row == .majority { return majority.evaluate(shard.data, rows: which) }
            return answers[row].map { $0.evaluate(network, shard.data, rows: which) }
        }
        var costs: [Row: [Double]] = [.majority: majority.costs(shard.data, rows: shard.validation)]
        for (row, answer) in answers { costs[row] = answer.costs(network, shard.data, rows: shard.validation) }
        let held = costs[.cluster]
        var gains: [Row: AnswerGain] = [:]
        for row in Self.order { gains[row] = costs[row].flatMap { own in held.flatMap { AnswerGain(own, against: $0) } } }
        var chosen = held == nil ? Row.majority : Self.choice(costs, gains, priors ?? [:])
        // A personal answer that ranks the rows as the cluster's does is worth what its levels or chances are.
        if chosen == .cluster, shard.task != .classes, let own = answers[.personal], let other = answers[.cluster],
            costs[.personal] == held
        {
            let losses = [own, other].map { network.losses($0.parameters, shard.data, rows: shard.validation) }
            if let gain = AnswerGain(losses[0], against: losses[1]), gain.gain > gain.error { chosen = .personal }
        }
        func table(_ which: [Int]) -> [Row: Evaluation] {
            guard !which.isEmpty else { return [:] }
            var out: [Row: Evaluation] = [:]
            for row in Row.allCases where row != .deployed { out[row] = figures(row, which) }
            out[.deployed] = out[chosen]
            return out
        }
        let cold = shard.coldTest
        rows = ReportRows(
            test: table(shard.test), warm: cold.isEmpty ? [:] : table(shard.warmTest), cold: table(cold), chosen: chosen,
            gains: gains.isEmpty ? nil : gains)
        if tallies, let constant = majority.chances(shard.data, rows: shard.test) {
            var chances: [Row: ChanceTally] = [.majority: constant]
            for (row, answer) in answers { chances[row] = answer.chances(network, shard.data, rows: shard.test) }
            chances[.deployed] = chances[chosen]
            rows.chances = chances
        }
    }

    /// The row of the greatest expected gain over the cluster's model, if there is one; of those without a prior, one that is clearly better
    /// than what is held so far.
    static func choice(_ costs: [Row: [Double]], _ gains: [Row: AnswerGain], _ priors: [Row: GatePrior]) -> Row {
        var held = (row: Row.cluster, expected: 0.0)
        for row in order where costs[row] != nil {
            guard let prior = priors[row] else { continue }
            let expected = prior.expectation(gains[row])
            if expected > held.expected { held = (row, expected) }
        }
        for row in order where priors[row] == nil {
            guard let own = costs[row], let other = costs[held.row], let gain = AnswerGain(own, against: other) else { continue }
            if gain.gain > gain.error { held.row = row }
        }
        return held.row
    }
}
