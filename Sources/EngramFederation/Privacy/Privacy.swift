// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// What others may learn of an agent from what a run makes of its data.
///
/// Scalars of an upload (losses, gains, test figures, row counts) and the agents' profiles are as they are under every choice: they go to the
/// coordinator, and what it shows of them is not covered by any ε.
package protocol Privacy: Choice {
    /// Whether agents draw noise, for which each needs a secret of its own.
    var agentsDraw: Bool { get }
    /// Whether the coordinator draws noise and cohorts that nobody may foresee, for which a run needs a secret seed.
    var coordinatorDraws: Bool { get }
    /// Takes the place of all secrets when it is not 0: for tests and comparisons, since everybody who knows the recipe knows it.
    var noiseSeed: Int { get }
    /// The first bound that agents scale their updates back to, if there is one.
    var firstClip: Double? { get }
    /// δ of every (ε, δ) statement; 0 for pure ε.
    var delta: Double { get }

    /// On the agent: what leaves it in place of `values`; nil: just those. `clip` came with the work.
    func disguised(
        _ values: [Float], as kind: Disclosure, clip: Double?, using generator: inout SeededGenerator
    ) -> [Float]?

    /// On the coordinator: how a model's updates become one; nil: by the recipe's aggregation.
    func release(_ facts: ReleaseFacts) -> NoisyRelease?

    /// ε of what an agent has given away so far; infinite if nothing bounds it.
    func epsilon(of spent: PrivacyLedger.Spent, sampling: Double) -> Double

    /// ε of a model that so many releases made; nil where models are not what is accounted for.
    func epsilon(releases: Int, sampling: Double) -> Double?

    /// A combination with the rest of the recipe that makes no sense, or nil.
    func objection(to recipe: Recipe) -> String?

    /// The same once it is known what travels.
    func objection(to recipe: Recipe, _ exchange: Exchange) -> String?
}

extension Privacy {
    package var agentsDraw: Bool { false }
    package var coordinatorDraws: Bool { false }
    package var noiseSeed: Int { 0 }
    package var firstClip: Double? { nil }
    package var delta: Double { 0 }
    package func release(_ facts: ReleaseFacts) -> NoisyRelease? { nil }
    package func epsilon(releases: Int, sampling: Double) -> Double? { nil }
    package func objection(to recipe: Recipe) -> String? { nil }
    package func objection(to recipe: Recipe, _ exchange: Exchange) -> String? { nil }
}

/// A vector that an agent sends.
package enum Disclosure: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
    case update, signature, statistic, descriptor
}

extension Catalogue where Axis == any Privacy {
    package static var privacy: Self {
        Self([
            .init(name: NoPrivacy.name, summary: NoPrivacy.summary) { NoPrivacy() },
            .init(name: CentralPrivacy.name, summary: CentralPrivacy.summary) { CentralPrivacy() },
            .init(name: LocalPrivacy.name, summary: LocalPrivacy.summary) { LocalPrivacy() },
        ])
    }
}
