// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors
package import EngramWire

/// One model's training on one agent in one round: a value that methods read and change, knowing neither wire nor disk.
package struct LocalStep {
    /// A slot's content as it came, its private tensors completed by the agent's own.
    package struct Received {
        package let model: ParameterSet
        package let statistics: [String: [Float]]
        package let use: Offers.Use
    }

    package let trainer: Trainer
    package let shard: Shard
    /// Row numbers of the training part.
    package let rows: [Int]
    package let round: Int
    /// Rounds of training in the run; round `rounds` + 1 only evaluates.
    package let rounds: Int
    /// Learning rate of this round.
    package let rate: Double
    package let slot: SlotID
    /// Everything that came in this round, this slot's included.
    package let offers: [SlotID: Received]
    /// The model as received (shared part from the coordinator, private part the agent's own).
    package let received: ParameterSet
    package var model: ParameterSet
    /// Kept from round to round, never sent.
    package var personal: ParameterSet?
    /// The model that the agent would use now; nil: `personal`, or the received one before there is a personal one.
    package var answer: ParameterSet?
    /// The agent's own rows that `answer` is mixed with, if the method asks them.
    package var neighbours: Neighbours?
    /// The method's own vectors, kept from round to round, never sent.
    package var memory: [String: [Float]] = [:]
    /// Statistics to send; those that are missing go as zeros.
    package var sent: [String: [Float]] = [:]
    /// Every training pass of a round draws the same batches: trained side by side, models differ by their start alone.
    package let generator: SeededGenerator
    /// The run's seed.
    package let seed: UInt64
    package var loss = 0.0

    package init(
        trainer: Trainer, shard: Shard, rows: [Int], round: Int, rounds: Int, rate: Double, slot: SlotID,
        offers: [SlotID: Received], received: ParameterSet, personal: ParameterSet?, generator: SeededGenerator, seed: UInt64 = 1
    ) {
        self.seed = seed
        self.trainer = trainer
        self.shard = shard
        self.rows = rows
        self.round = round
        self.rounds = rounds
        self.rate = rate
        self.slot = slot
        self.offers = offers
        self.received = received
        model = received
        self.personal = personal
        self.generator = generator
    }

    package var network: Network { trainer.network }
    package var data: Dataset { shard.data }
    /// The slot's statistics as received.
    package var held: [String: [Float]] { offers[slot]?.statistics ?? [:] }
    /// False in the last exchange of a run: what `arrive` makes now is what will be deployed.
    package var trains: Bool { round <= rounds }

    /// A generator that is the same on every agent in this round.
    package func generator(shared label: String) -> SeededGenerator {
        SeededGenerator(seed: seed, "shared", label, String(round))
    }

    /// One pass of the recipe's epochs, or of so many, over the training rows.
    package func pass(_ parameters: inout ParameterSet, epochs: Int? = nil, terms: Terms = Terms()) -> Double {
        var draws = generator
        var trainer = trainer
        if let epochs {
            var sgd = trainer.sgd
            sgd.epochs = epochs
            trainer = Trainer(network, sgd)
        }
        return trainer.train(&parameters, on: data, rows: rows, terms: terms, rate: rate, using: &draws).loss
    }
}
