// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

extension LocalStep {
    /// A step of one agent in the middle of a run, on a seeded small network unless a model is given.
    static func toy(
        _ shard: Shard, hidden: [Int] = [5], sgd: SGD = SGD(rate: 0.1, batch: 8, epochs: 2), trains: Bool = true,
        received: ParameterSet? = nil, personal: ParameterSet? = nil, statistics: [String: [Float]] = [:]
    ) -> LocalStep {
        let network = Network(ModelSpec(fitting: shard, hidden: hidden))
        let model = received ?? network.toy()
        return LocalStep(
            trainer: Trainer(network, sgd), shard: shard, rows: shard.train, round: trains ? 2 : 4, rounds: 3, rate: sgd.rate,
            slot: .cluster(1), offers: [.cluster(1): .init(model: model, statistics: statistics, use: .home)], received: model,
            personal: personal, generator: SeededGenerator(seed: 5))
    }
}

extension Network {
    func toy(_ seed: UInt64 = 1) -> ParameterSet {
        var generator = SeededGenerator(seed: seed, "toy")
        return initial(using: &generator)
    }
}

extension ToyRun {
    /// What a slot holds in the end.
    func content(_ slot: SlotID = .cluster(1)) throws -> (model: ParameterSet, statistics: [String: [Float]]) {
        let exchange = try #require(machine.exchange)
        let digest = try #require(machine.state.book.slot(slot)?.model)
        return try #require(exchange.parts(of: ParameterSet(safetensors: blobs[digest] ?? [], layout: exchange.layout)))
    }
}
