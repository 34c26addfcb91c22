// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct AdaptiveMergingTests {
    let shard: Shard
    let network: Network
    /// A model that fits the shard, and one whose head says the contrary.
    let good: ParameterSet
    let bad: ParameterSet

    init() throws {
        shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        network = Network(ModelSpec(fitting: shard, hidden: [5]))
        var model = network.toy()
        var generator = SeededGenerator(seed: 2)
        _ = Trainer(network, SGD(rate: 0.3, batch: 8, epochs: 40)).train(
            &model, on: shard.data, rows: shard.train, using: &generator)
        good = model
        for i in network.headRange { model.values[i] = -model.values[i] }
        bad = model
    }

    private func arrived(received: ParameterSet, own: ParameterSet?, memory: [String: [Float]] = [:]) -> LocalStep {
        var step = LocalStep.toy(shard, received: received, personal: own)
        step.memory = memory
        AdaptiveMerging().arrive(&step)
        return step
    }

    private func loss(_ model: ParameterSet?) -> Double {
        model.map { network.evaluate($0, shard.data, rows: shard.train).loss } ?? .infinity
    }

    @Test func aWorseHeadIsLeftOut() throws {
        let step = arrived(received: bad, own: good)
        let weights = try #require(step.memory["merging"])
        #expect(weights.count == network.headRange.count && weights.allSatisfy { (0...1).contains($0) })
        #expect(loss(step.answer) < (loss(good) + loss(bad)) / 20 + loss(good))
        #expect(step.model == step.answer)
    }

    @Test func aBetterHeadIsKept() {
        let step = arrived(received: good, own: bad)
        // Its weights wander a little from batch to batch.
        #expect(loss(step.answer) < loss(good) + (loss(bad) - loss(good)) / 100)
    }

    @Test func lowerLayersAreTheReceived() throws {
        var own = good
        for i in 0..<network.headRange.lowerBound { own.values[i] = 0 }
        let answer = try #require(arrived(received: bad, own: own).answer)
        #expect(answer.values[..<network.headRange.lowerBound] == bad.values[..<network.headRange.lowerBound])
    }

    @Test func laterOneEpochIsLearnt() throws {
        let first = arrived(received: bad, own: good)
        let kept = [Float](repeating: 1, count: network.headRange.count)
        let later = arrived(received: bad, own: good, memory: ["merging": kept])
        // From the same start, one epoch gets less far than many.
        #expect(loss(later.answer) > loss(first.answer))
        #expect(loss(later.answer) < loss(bad))
    }

    @Test func theFirstRoundHasNothingToMix() {
        let step = arrived(received: bad, own: nil)
        #expect(step.answer == nil && step.model == bad && step.memory.isEmpty)
    }
}
