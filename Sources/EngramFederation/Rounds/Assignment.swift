// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

/// What an agent is asked to do in one round; the models come beside it, as blobs named after their slots.
package struct Assignment: Codable, Equatable, Sendable {
    /// One model of the round.
    package struct Offer: Codable, Equatable, Sendable {
        package let slot: SlotID
        package let version: Int
        package let model: Digest
        /// The slot that this one was copied from: the agent's private part for a new slot starts as the one for its parent.
        package let parent: SlotID?
        package let use: Offers.Use
        /// The norm that an update of this slot is scaled back to; nil: as it is.
        package var clip: Double?
        /// How the model follows from the one before it; nil: it has to be fetched whole.
        package var delta: ModelDelta?
    }

    package let run: RunID
    package let round: Int
    /// The last round of this agent that counted: its memory of that round is what it starts from (0: from nothing).
    package let base: Int
    /// False in the last exchange of a run: evaluate, choose, deploy.
    package let trains: Bool
    package let choosesHome: Bool
    /// Whether to say for which share of the training rows each offered home or probe is the best.
    package let shares: Bool
    /// Whether to send what the grouping wants to know about the data.
    package let describes: Bool
    package let offers: [Offer]
    /// Slots that may still be trained in this run; the agent forgets its private parts for all others.
    package let living: [SlotID]
    /// The slot whose model counts as the one global model, if there is one.
    package let globalSlot: SlotID?
    /// In the last exchange: what each answer gained for agents with about as many rows.
    package var priors: [Row: GatePrior]?
}

extension SlotID {
    /// The name under which the run's recipe comes with the models.
    package static let recipe = SlotID(checked: "recipe")
    /// And that of the first model, if the run trains a model of somebody's own.
    package static let initial = SlotID(checked: "initial")
}
