// SPDX-License-Identifier: Apache-2.0

/// How the updates of a group become one.
///
/// A round must not fail for want of updates: a rule that needs more of them than came has a fall-back, which its comment names.
package protocol Aggregation: Choice {
    /// Combines updates of `count` numbers each; `updates` yields them in agent order, whatever order they arrived in.
    ///
    /// `memory` is this rule's own state for the model, nil at first, kept with the model's version.
    func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float]
    /// Whether updates in which most coordinates are absent (top-k) make sense for this rule.
    var toleratesSparseUpdates: Bool { get }
    /// A combination with the rest of the recipe that makes no sense, or nil.
    func objection(to recipe: Recipe) -> String?
}

extension Aggregation {
    package func objection(to recipe: Recipe) -> String? { nil }
}

extension Catalogue where Axis == any Aggregation {
    package static var aggregation: Self {
        Self([
            .init(name: WeightedMean.name, summary: WeightedMean.summary) { WeightedMean() },
            .init(name: TrimmedMean.name, summary: TrimmedMean.summary) { TrimmedMean() },
            .init(name: Median.name, summary: Median.summary) { Median() },
            .init(name: Krum.name, summary: Krum.summary) { Krum() },
            .init(name: MultiKrum.name, summary: MultiKrum.summary) { MultiKrum() },
            .init(name: Bulyan.name, summary: Bulyan.summary) { Bulyan() },
            .init(name: NormClip.name, summary: NormClip.summary) { NormClip() },
            .init(name: CentredClip.name, summary: CentredClip.summary) { CentredClip() },
            .init(name: ThresholdClustering.name, summary: ThresholdClustering.summary) { ThresholdClustering() },
            .init(name: FLTrust.name, summary: FLTrust.summary) { FLTrust() },
            .init(name: FoolsGold.name, summary: FoolsGold.summary) { FoolsGold() },
        ])
    }
}
