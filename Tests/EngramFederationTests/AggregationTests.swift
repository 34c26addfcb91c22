// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct AggregationTests {
    @Test func weightedMeanByHand() throws {
        let updates: [[Float]] = [[1, 0, -4], [3, 8, 4]]
        let mean = try WeightedMean().combining(UpdateBatch(toyWeights: [3, 1]) { updates[$0] }, count: 3)
        #expect(mean == [1.5, 2, -2])
    }

    @Test func agentsWithoutRowsCountAlike() throws {
        let updates: [[Float]] = [[1], [3]]
        #expect(try WeightedMean().combining(UpdateBatch(toyWeights: [0, 0]) { updates[$0] }, count: 1) == [2])
    }

    @Test(arguments: [(1, 0.1), (2, 0.49), (3, 0.34), (5, 0.2), (10, 0.1), (11, 0.45)])
    func trimmedMeanAgainstBruteForce(agents: Int, trim: Double) throws {
        var generator = SeededGenerator(seed: UInt64(agents))
        let updates = (0..<agents).map { _ in (0..<17).map { _ in Float(generator.normal()) } }
        var rule = TrimmedMean()
        rule.trim = trim
        let combined = try rule.combining(UpdateBatch(toyWeights: updates.map { _ in 1 }) { updates[$0] }, count: 17)
        for j in 0..<17 {
            let drop = Int(trim * Double(agents))
            let kept = updates.map { $0[j] }.sorted().dropFirst(drop).dropLast(drop)
            let mean = kept.reduce(0.0) { $0 + Double($1) } / Double(kept.count)
            #expect(abs(Double(combined[j]) - mean) < 1e-6)
        }
    }

    @Test func aFoldThatOverflowsLeavesTheModelAsItWas() throws {
        let exchange = Exchange(Recipe.tiny, network: Network(Recipe.tiny.modelSpec(for: .tiny)))
        let layout = exchange.layout
        let model = try ParameterSet(layout: layout, values: [3e38, 0]).safetensors(metadata: [:])
        let upload = Parcel(tensors: [UpdateCodec.exact.pack([3e38, 1], name: "update/c1")]).encoded()
        let job = FoldJob(
            round: 1,
            parts: [.init(slot: .cluster(1), model: Digest(of: model), memory: nil, contributors: [.toy(0)], weights: [1])])
        let out = try Fold(recipe: Recipe(), exchange: exchange)(
            job, upload: { _ in upload }, blob: { _ in model }, store: { Digest(of: $0) })
        #expect(out.slots.isEmpty)
    }

    @Test func foldsFollowAgentOrderAndKeepServerMemory() throws {
        let exchange = Exchange(Recipe.tiny, network: Network(Recipe.tiny.modelSpec(for: .tiny)))
        let layout = exchange.layout
        var blobs: [Digest: [UInt8]] = [:]
        let model = try ParameterSet(layout: layout, values: [1, 2]).safetensors(metadata: [:])
        blobs[Digest(of: model)] = model
        var recipe = Recipe()
        recipe.server = MomentumStep()
        let fold = Fold(recipe: recipe, exchange: exchange)
        let upload = Parcel(tensors: [UpdateCodec.exact.pack([1, -1], name: "update/c1")]).encoded()
        func step(_ model: Digest, _ memory: Digest?) throws -> FoldedSlot {
            let job = FoldJob(
                round: 1, parts: [.init(slot: .cluster(1), model: model, memory: memory, contributors: [.toy(0)], weights: [4])])
            var made: [Digest: [UInt8]] = [:]
            let kept = blobs
            let out = try fold(
                job, upload: { _ in upload }, blob: { kept[$0] ?? [] },
                store: {
                    made[Digest(of: $0)] = $0
                    return Digest(of: $0)
                })
            blobs.merge(made) { $1 }
            return try #require(out.slots[.cluster(1)])
        }
        let first = try step(Digest(of: model), nil)
        let second = try step(first.model, first.memory)
        let values = try ParameterSet(safetensors: blobs[second.model] ?? [], layout: layout).values
        #expect(values.map { ($0 * 10).rounded() / 10 } == [3.9, -0.9])
        #expect(abs(second.norm - 2.0.squareRoot()) < 1e-9)
        #expect(throws: (any Error).self) {
            try fold(
                FoldJob(
                    round: 1,
                    parts: [
                        .init(slot: .cluster(2), model: Digest(of: model), memory: nil, contributors: [.toy(0)], weights: [1])
                    ]),
                upload: { _ in upload }, blob: { _ in model }, store: { Digest(of: $0) })
        }
    }
}

extension Recipe {
    /// One input, one output, no hidden layer: two numbers.
    fileprivate static var tiny: Recipe { ToyFederation.recipe() }
}

extension AgentProfile {
    fileprivate static let tiny = AgentProfile(
        task: .scores, inputs: 1, classes: 1, train: 1, validation: 1, test: 1, truth: nil)
}
