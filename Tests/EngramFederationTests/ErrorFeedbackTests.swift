// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct ErrorFeedbackTests {
    /// A lossy codec with feedback sends, over the rounds, just what training made, but for the rest that is still held back.
    @Test(arguments: [
        [CodecStep.topK(fraction: 0.1), .int8], [.int8], [.float16], [.topK(fraction: 0.3)], [.qsgd(levels: 15)],
        [.topK(fraction: 0.3), .qsgd(levels: 15)], [.randomK(fraction: 0.3)], [.randomK(fraction: 0.3), .int8],
        [.hsq(segment: 4, bits: 8)],
    ])
    func nothingIsLost(steps: [CodecStep]) throws {
        let toy = try ToyFederation(groups: [0])
        let shard = try #require(toy.shards[.toy(0)])
        let recipe = ToyFederation.recipe {
            $0.hidden = [7]
            $0.codec = (try? UpdateCodec(steps, deflate: true)) ?? .exact
        }
        #expect(recipe.codec.steps == steps)
        let participant = Participant(id: .toy(0), recipe: recipe, shard: shard)
        var exact = recipe
        exact.codec = .exact
        let twin = Participant(id: .toy(0), recipe: exact, shard: shard)
        let model = recipe.initialModel(participant.network, 0)
        let count = model.values.count
        var memory: AgentMemory?
        var made = [Double](repeating: 0, count: count), sent = made
        for round in 1...25 {
            let work = Assignment.toy(round: round, base: round - 1)
            let outcome = try participant.perform(work, models: [.cluster(1): model], memory: memory)
            let whole = try twin.perform(work, models: [.cluster(1): model], memory: memory)
            Kernels.accumulate(try values(whole.upload, count), weight: 1, into: &made)
            Kernels.accumulate(try values(outcome.upload, count), weight: 1, into: &sent)
            memory = outcome.memory
        }
        let residual = try #require(memory?.residual[.cluster(1)])
        #expect(Kernels.norm(residual) > 0)
        for i in 0..<count { #expect(abs(sent[i] + Double(residual[i]) - made[i]) < 1e-4) }
    }

    @Test func exactCodecsAndSwitchedOffFeedbackKeepNoResidual() throws {
        let toy = try ToyFederation(groups: [0])
        let shard = try #require(toy.shards[.toy(0)])
        for (codec, feedback) in [(UpdateCodec.exact, true), (try UpdateCodec([.int8], deflate: false), false)] {
            let recipe = ToyFederation.recipe {
                $0.codec = codec
                $0.errorFeedback = feedback
            }
            let participant = Participant(id: .toy(0), recipe: recipe, shard: shard)
            let outcome = try participant.perform(
                .toy(round: 1, base: 0), models: [.cluster(1): recipe.initialModel(participant.network, 0)], memory: nil)
            #expect(outcome.memory.residual.isEmpty)
        }
    }

    @Test(arguments: CodecStep.examples) func everyExampleIsACodec(text: String) throws {
        let recipe = try Recipe(yaml: "codec: {steps: ['\(text)']}")
        #expect(recipe.codec.steps.map(\.description) == [text])
        #expect(try Recipe(yaml: recipe.yaml).codec == recipe.codec)
    }

    /// A round done again (after a crash, or in a simulation) gives the same bytes; agents keep the same places and round each in its own way.
    @Test func drawsFollowFromSeedAgentAndRound() throws {
        let toy = try ToyFederation(groups: [0, 0])
        func upload(_ agent: Int, _ round: Int, _ steps: [CodecStep]) throws -> [Float] {
            let recipe = ToyFederation.recipe { $0.codec = (try? UpdateCodec(steps, deflate: true)) ?? .exact }
            let participant = Participant(id: .toy(agent), recipe: recipe, shard: try #require(toy.shards[.toy(0)]))
            let model = recipe.initialModel(participant.network, 0)
            let memory = AgentMemory(run: Assignment.toy(round: round, base: round - 1).run, round: round - 1)
            let outcome = try participant.perform(
                .toy(round: round, base: round - 1), models: [.cluster(1): model], memory: memory)
            return try values(outcome.upload, model.values.count)
        }
        let drawn = [CodecStep.randomK(fraction: 0.2), .qsgd(levels: 3)]
        #expect(try upload(0, 1, drawn) == upload(0, 1, drawn))
        let places = [CodecStep.randomK(fraction: 0.2)]
        func kept(_ agent: Int, _ round: Int) throws -> [Bool] { try upload(agent, round, places).map { $0 != 0 } }
        #expect(try kept(0, 1) == kept(1, 1))
        #expect(try kept(0, 1) != kept(0, 2))
    }

    private func values(_ parcel: Parcel, _ count: Int) throws -> [Float] {
        try #require(parcel.tensor("update/c1")).unpacked(expecting: count)
    }
}
