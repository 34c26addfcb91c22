// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// What an agent does with a model in one round.
package protocol LocalTraining: Choice {
    /// Called when a model has arrived, before anything is measured, in the last exchange too: may set `step.answer`, the model that
    /// this agent would use now, given what it received and what it kept. By default that is `step.personal`.
    func arrive(_ step: inout LocalStep)

    /// Trains the received model in place; may keep a personal model beside it. Continues from what `arrive` left.
    ///
    /// `step.model` comes in as received and goes out as what the update is taken from; `step.personal` comes in as kept from the
    /// agent's last counted round (nil in its first) and goes out as what it keeps.
    func train(_ step: inout LocalStep)

    /// What travels beside the model.
    func statistics(for network: Network) -> [Statistic]

    /// On the coordinator, after a fold: may derive the model's shared tensors from the statistics (closed forms).
    func settle(_ model: inout ParameterSet, statistics: [String: [Float]], network: Network)

    /// False when models follow from statistics alone: agents then send no updates.
    var sendsUpdates: Bool { get }

    /// Whether the personal answer is made in the last exchange only: what was measured before says nothing of it.
    var answersLast: Bool { get }

    /// What it asks of a program that trains a model of unknown layers; nil: it looks into the layers itself, and such a model is refused.
    var skills: Set<LearnerSkill>? { get }

    /// A combination with the rest of the recipe that makes no sense, or nil.
    func objection(to recipe: Recipe) -> String?
}

extension LocalTraining {
    package func arrive(_ step: inout LocalStep) {}
    package func statistics(for network: Network) -> [Statistic] { [] }
    package func settle(_ model: inout ParameterSet, statistics: [String: [Float]], network: Network) {}
    package var sendsUpdates: Bool { true }
    package var answersLast: Bool { false }
    package var skills: Set<LearnerSkill>? { nil }
    package func objection(to recipe: Recipe) -> String? { nil }
}

extension Catalogue where Axis == any LocalTraining {
    package static var training: Self {
        Self([
            .init(name: PlainTraining.name, summary: PlainTraining.summary) { PlainTraining() },
            .init(name: ProximalTraining.name, summary: ProximalTraining.summary) { ProximalTraining() },
            .init(name: DittoTraining.name, summary: DittoTraining.summary) { DittoTraining() },
            .init(name: FineTuning.name, summary: FineTuning.summary) { FineTuning() },
            .init(name: AlternatingTraining.name, summary: AlternatingTraining.summary) { AlternatingTraining() },
            .init(name: CalibratedTraining.name, summary: CalibratedTraining.summary) { CalibratedTraining() },
            .init(name: MaskedTraining.name, summary: MaskedTraining.summary) { MaskedTraining() },
            .init(name: BodyTraining.name, summary: BodyTraining.summary) { BodyTraining() },
            .init(name: MixedTraining.name, summary: MixedTraining.summary) { MixedTraining() },
            .init(name: MoreauTraining.name, summary: MoreauTraining.summary) { MoreauTraining() },
            .init(name: MetaTraining.name, summary: MetaTraining.summary) { MetaTraining() },
            .init(name: TaskTraining.name, summary: TaskTraining.summary) { TaskTraining() },
            .init(name: CoinTraining.name, summary: CoinTraining.summary) { CoinTraining() },
            .init(name: Scaffold.name, summary: Scaffold.summary) { Scaffold() },
            .init(name: RidgeTraining.name, summary: RidgeTraining.summary) { RidgeTraining() },
            .init(name: RidgeDittoTraining.name, summary: RidgeDittoTraining.summary) { RidgeDittoTraining() },
            .init(name: ShrunkRidgeTraining.name, summary: ShrunkRidgeTraining.summary) { ShrunkRidgeTraining() },
            .init(name: TransportTraining.name, summary: TransportTraining.summary) { TransportTraining() },
            .init(name: AdaptiveMerging.name, summary: AdaptiveMerging.summary) { AdaptiveMerging() },
            .init(name: DomainBias.name, summary: DomainBias.summary) { DomainBias() },
            .init(name: PrototypeTraining.name, summary: PrototypeTraining.summary) { PrototypeTraining() },
            .init(name: PrototypeContrastTraining.name, summary: PrototypeContrastTraining.summary) {
                PrototypeContrastTraining()
            },
            .init(name: BalancedHead.name, summary: BalancedHead.summary) { BalancedHead() },
            .init(name: NeighbourAnswer.name, summary: NeighbourAnswer.summary) { NeighbourAnswer() },
            .init(name: ModelContrastTraining.name, summary: ModelContrastTraining.summary) { ModelContrastTraining() },
            .init(name: ViewContrastTraining.name, summary: ViewContrastTraining.summary) { ViewContrastTraining() },
            .init(name: MemoryAlignment.name, summary: MemoryAlignment.summary) { MemoryAlignment() },
            .init(name: SoftTraining.name, summary: SoftTraining.summary) { SoftTraining() },
            .init(name: GlobalPullTraining.name, summary: GlobalPullTraining.summary) { GlobalPullTraining() },
        ])
    }
}
