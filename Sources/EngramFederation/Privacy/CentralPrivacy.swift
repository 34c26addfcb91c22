// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
import Foundation

/// Differential privacy of whole agents towards everybody but the coordinator (DP-FedAvg, McMahan et al. 2018).
///
/// Agents scale their updates back to norm S, the coordinator does it again (an agent may lie), adds N(0, z²S²) to the sum and divides by the
/// number that was expected of the cluster, qN. All count alike. With `adaptive`, S follows a quantile of the norms (Andrew et al. 2021):
/// agents send one bit each, and z pays for the count too.
///
/// The guarantee is for the models. Which clusters there are, and who is in which, is taken as public: groupings draw it from exact figures.
package struct CentralPrivacy: Privacy {
    package static let name = "central"
    package static let summary = "updates are clipped, their sum gets noise (McMahan et al. 2018, DP-FedAvg)"

    package var noise = 1.0
    package var clip = 1.0
    package var adaptive = false
    package var quantile = 0.5
    package var clipRate = 0.2
    package var delta = 1e-5
    package var noiseSeed = 0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("noise", &noise, 0...1e6, "z: the noise's deviation in clips; 0: clipped only, nothing is promised")
        try options.number("clip", &clip, 1e-12...1e12, "S: the greatest norm of an update (at first, if adaptive)")
        try options.flag("adaptive", &adaptive, "the clip follows a quantile of the norms")
        try options.number("quantile", &quantile, 0.01...0.99, "the share of updates that shall be within the clip")
        try options.number("clip_rate", &clipRate, 0...10, "how fast the clip moves")
        try options.number("delta", &delta, 1e-300...0.5, "the chance with which epsilon may fail; below 1 / agents")
        try options.integer(
            "noise_seed", &noiseSeed, 0...Int.max, "0: secret; else noise and cohorts that repeat, for tests only")
    }

    package var coordinatorDraws: Bool { true }
    package var firstClip: Double? { clip }

    package func disguised(
        _ values: [Float], as kind: Disclosure, clip: Double?, using generator: inout SeededGenerator
    ) -> [Float]? {
        guard kind == .update, let clip else { return nil }
        var clipped = values
        Kernels.scale(Float(NormBound(radius: clip).factor(Kernels.norm(values))), &clipped)
        return clipped
    }

    package func release(_ facts: ReleaseFacts) -> NoisyRelease? {
        let expected = facts.sampling * Double(max(1, facts.population))
        guard adaptive else {
            return NoisyRelease(
                noise: GaussianNoise(multiplier: noise, bound: facts.clip, expected: expected), generator: facts.generator)
        }
        let counting = Self.countNoise(noise, expected: expected)
        let left = AdaptiveClip.updateNoise(total: noise, count: counting) ?? noise
        return NoisyRelease(
            noise: GaussianNoise(multiplier: left, bound: facts.clip, expected: expected), generator: facts.generator,
            count: .init(
                clip: AdaptiveClip(bound: facts.clip, quantile: quantile, rate: clipRate), noise: counting, within: facts.within))
    }

    /// The deviation of the noise on the count: a twentieth of the expected updates, as in the paper; of few updates enough that the count
    /// costs a tenth of the whole, since the paper's choice would cost more than there is.
    static func countNoise(_ noise: Double, expected: Double) -> Double { max(expected / 20, noise * 2.5.squareRoot()) }

    /// In a round in which an agent may be drawn for m models, all by one coin, what it adds to their sums together has norm √m·S: one step
    /// with noise z/√m.
    package func epsilon(of spent: PrivacyLedger.Spent, sampling: Double) -> Double {
        var accountant = RDPAccountant()
        for (models, rounds) in spent.rounds.sorted(by: { $0.key < $1.key }) where models > 0 {
            accountant.compose(noise: noise / Double(models).squareRoot(), sampling: sampling, steps: rounds)
        }
        return accountant.epsilon(delta: delta)
    }

    package func epsilon(releases: Int, sampling: Double) -> Double? {
        epsilon(of: PrivacyLedger.Spent(rounds: [1: releases]), sampling: sampling)
    }

    package func objection(to recipe: Recipe) -> String? {
        if type(of: recipe.aggregation).name != WeightedMean.name {
            return
                "privacy 'central' adds noise for a sum of clipped updates; use aggregation 'mean', which it takes the place of"
        }
        if recipe.cohort.sampling == nil {
            return "privacy 'central' accounts for agents that are drawn each by its own coin; use cohort 'poisson' or 'all'"
        }
        if recipe.grouping.mixes {
            return "privacy 'central' puts noise on sums, and this grouping makes models of single updates as they are"
        }
        if recipe.sharing is ShareWidth {
            return "privacy 'central' divides every number by the agents expected, and sharing 'width' by those who own it"
        }
        if !recipe.training.sendsUpdates {
            return "privacy 'central' puts noise on updates, and agents of this training send none"
        }
        return nil
    }

    package func objection(to recipe: Recipe, _ exchange: Exchange) -> String? {
        exchange.statistics.first.map {
            "privacy 'central' covers updates only, and this training sends the statistic '\($0.name)' beside them"
        }
    }
}
