// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// What a run has given away, kept with its state: counts, of which ε is worked out when it is asked for.
package struct PrivacyLedger: Codable, Equatable, Sendable {
    /// One model's past, that of the model which it was copied from included.
    package struct Model: Codable, Equatable, Sendable {
        /// Rounds in which its updates were released.
        package var releases = 0
        /// The norm that updates are scaled back to.
        package var clip: Double?
    }

    /// What one agent has given away.
    package struct Spent: Codable, Hashable, Sendable {
        /// By the number of models that the agent may have trained in a round: the number of such rounds, whether or not it was drawn.
        package var rounds: [Int: Int] = [:]
        /// Vectors that it was asked for, whether or not they arrived.
        package var disclosures: [Disclosure: Int] = [:]

        package init(rounds: [Int: Int] = [:], disclosures: [Disclosure: Int] = [:]) {
            self.rounds = rounds
            self.disclosures = disclosures
        }
    }

    /// Of the coordinator's noise and of the cohorts; never sent to anybody. Nil where agents draw the noise.
    package let seed: UInt64?
    package private(set) var models: [SlotID: Model] = [:]
    package private(set) var agents: [AgentID: Spent] = [:]
    private let first: Model

    package init(seed: UInt64?, clip: Double?) {
        self.seed = seed
        first = Model(clip: clip)
    }

    /// The record of a model: of a new one that of its parent, of a founder an empty one.
    package func model(_ slot: Slot) -> Model { models[slot.id] ?? slot.parent.flatMap { models[$0] } ?? first }

    /// Takes a round's releases down, with the clips that they led to.
    package mutating func note(released slots: [Slot], clips: [SlotID: Double]) {
        for slot in slots {
            var record = model(slot)
            record.releases += 1
            record.clip = clips[slot.id] ?? record.clip
            models[slot.id] = record
        }
    }

    /// Takes down that an agent may have been drawn to train so many models.
    package mutating func note(_ agent: AgentID, models: Int) { agents[agent, default: Spent()].rounds[models, default: 0] += 1 }

    /// Takes down which vectors an agent was asked for.
    package mutating func note(_ agent: AgentID, disclosures: [Disclosure: Int]) {
        agents[agent, default: Spent()].disclosures.merge(disclosures, uniquingKeysWith: +)
    }

    /// Lets new models inherit, and forgets those that are gone.
    package mutating func follow(_ book: ClusterBook) {
        models = Dictionary(book.slots.map { ($0.id, model($0)) }, uniquingKeysWith: { first, _ in first })
    }
}
