// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
import Foundation

/// Differential privacy towards everybody, the coordinator included: each vector is randomised on the agent before it is sent
/// (Duchi et al. 2018).
///
/// The noise of one vector of d numbers is about √(πd/2)·coth(ε/2) times its greatest norm, so what travels must be small: a head on
/// features, prototypes, a signature. ε adds up over vectors and rounds. Attackers do not randomise.
package struct LocalPrivacy: Privacy {
    package static let name = "local"
    package static let summary = "each vector is randomised before it leaves the agent (Duchi et al. 2018)"

    package var epsilon = 8.0
    package var signature = 0.0
    package var statistics = 8.0
    package var radius = 1.0
    package var statisticRadius = 1.0
    package var largest = 1000
    package var noiseSeed = 0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("epsilon", &epsilon, 1e-3...1e3, "of one update")
        try options.number("signature", &signature, 0...1e3, "of one signature; 0: made of the randomised update, which is free")
        try options.number("statistics", &statistics, 1e-3...1e3, "of one statistic or descriptor")
        try options.number("radius", &radius, 1e-12...1e12, "updates are scaled back to this norm")
        try options.number("statistic_radius", &statisticRadius, 1e-12...1e12, "statistics and descriptors likewise")
        try options.integer("largest", &largest, 1...1_000_000, "no vector may have more numbers")
        try options.integer("noise_seed", &noiseSeed, 0...Int.max, "0: secret; else noise that repeats, for tests only")
    }

    package var agentsDraw: Bool { true }

    package func disguised(
        _ values: [Float], as kind: Disclosure, clip: Double?, using generator: inout SeededGenerator
    ) -> [Float]? {
        let (budget, bound) = terms(of: kind)
        guard budget > 0, !values.isEmpty else { return nil }
        guard let mechanism = DuchiMechanism(epsilon: budget, radius: bound, dimension: values.count) else {
            // A budget too small for any finite noise: nothing can be said.
            return [Float](repeating: 0, count: values.count)
        }
        var out = mechanism.randomised(values, using: &generator)
        // Only the direction of a signature counts, and all draws have the same norm.
        if kind == .signature { Kernels.scale(Float(1 / mechanism.outputRadius), &out) }
        return out
    }

    private func terms(of kind: Disclosure) -> (epsilon: Double, radius: Double) {
        switch kind {
        case .update: (epsilon, radius)
        case .signature: (signature, 1)
        case .statistic, .descriptor: (statistics, statisticRadius)
        }
    }

    package func epsilon(of spent: PrivacyLedger.Spent, sampling: Double) -> Double {
        Disclosure.allCases.reduce(0) { $0 + Double(spent.disclosures[$1] ?? 0) * terms(of: $1).epsilon }
    }

    package func objection(to recipe: Recipe) -> String? {
        !recipe.training.sendsUpdates && signature == 0
            ? "privacy 'local' makes signatures of the randomised updates, and agents of this training send none; set privacy.signature"
            : nil
    }

    package func objection(to recipe: Recipe, _ exchange: Exchange) -> String? {
        var sizes = exchange.statistics.map { ("the statistic '\($0.name)'", $0.count) }
        if recipe.training.sendsUpdates { sizes.append(("an update", exchange.shared.count)) }
        if let count = recipe.grouping.descriptorCount(exchange.network) { sizes.append(("the grouping's descriptor", count)) }
        if signature > 0 { sizes.append(("a signature", recipe.signatureSize)) }
        guard let (what, count) = sizes.first(where: { $0.1 > largest }) else { return nil }
        let noise = DuchiMechanism(epsilon: epsilon, radius: 1, dimension: count)?.outputRadius ?? .infinity
        let times = Int(min(1e9, noise.rounded()))
        return "privacy 'local' would drown \(what) of \(count) numbers in noise of \(times) times its norm; "
            + "let less travel (sharing, model.hidden), or raise privacy.largest"
    }
}
