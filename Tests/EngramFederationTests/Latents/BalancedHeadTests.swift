// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct BalancedHeadTests {
    /// Thirty rows of class 0 and three of class 1, which overlap.
    private func shard() throws -> Shard {
        var generator = SeededGenerator(seed: 9)
        let labels = (0..<66).map { Int32($0 < 30 || (33..<50).contains($0) ? 0 : 1) }
        let x = labels.flatMap { label in (0..<2).map { _ in Float(generator.normal() + (label == 1 ? 1.2 : 0)) } }
        return try Shard(
            observer: "rare", task: .classes, classes: 2,
            data: Dataset(features: .float32(x), dimension: 2, targets: .classes(labels)), train: Array(0..<33), validation: [],
            test: Array(33..<66))
    }

    private func arrived(_ shard: Shard, trains: Bool, every: Int = 0) -> LocalStep {
        var training = BalancedHead()
        (training.epochs, training.every) = (40, every)
        var step = LocalStep.toy(shard, sgd: SGD(rate: 0.05, batch: 8, epochs: 1), trains: trains)
        training.arrive(&step)
        return step
    }

    @Test func onlyTheHeadIsTunedAndOnlyInTheEnd() throws {
        let shard = try shard()
        #expect(arrived(shard, trains: true).answer == nil)
        #expect(arrived(shard, trains: true, every: 2).answer != nil)
        #expect(arrived(shard, trains: true, every: 3).answer == nil)
        let step = arrived(shard, trains: false)
        let answer = try #require(step.answer)
        let head = step.network.headRange
        #expect(answer.values[..<head.lowerBound] == step.received.values[..<head.lowerBound])
        #expect(answer.values[head] != step.received.values[head])
    }

    @Test func theRareClassIsFound() throws {
        let shard = try shard()
        let step = arrived(shard, trains: false)
        let rare = shard.test.filter { shard.data.classes[$0] == 1 }
        func found(_ model: ParameterSet) -> Double { step.network.evaluate(model, shard.data, rows: rare).metric }
        var plain = step.received
        _ = step.pass(&plain, epochs: 40, terms: Terms(frozen: step.network.baseRanges))
        #expect(found(try #require(step.answer)) > found(plain) + 0.2)
    }

    @Test func scoresAreTunedAsTheyAre() throws {
        let rare = try shard()
        let features = rare.data.floats(rows: Array(0..<66))
        let scores = try Shard(
            observer: "s", task: .scores, classes: 1,
            data: Dataset(features: .float32(features), dimension: 2, targets: .scores((0..<66).map { features[$0 * 2] })),
            train: Array(0..<33), validation: [], test: [])
        let step = arrived(scores, trains: false)
        func loss(_ model: ParameterSet) -> Double { step.network.evaluate(model, scores.data, rows: scores.train).loss }
        #expect(loss(try #require(step.answer)) < loss(step.received))
    }

    @Test func aModelThatDivergedStaysAsItIs() throws {
        let shard = try shard()
        var broken = Network(ModelSpec(fitting: shard, hidden: [5])).toy()
        broken.values[0] = .infinity
        var step = LocalStep.toy(shard, trains: false, received: broken)
        BalancedHead().arrive(&step)
        #expect(step.answer == nil)
    }
}
