// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// What the coordinator tells of a model's steps, and what agents make of it.
@Suite(.timeLimit(.minutes(5))) struct StepCodingTests {
    static let codecs: [[CodecStep]] = [
        [.topK(fraction: 0.1), .int8], [.int8], [.float16], [.topK(fraction: 0.3)], [.qsgd(levels: 15)],
        [.topK(fraction: 0.3), .qsgd(levels: 15)], [.randomK(fraction: 0.3)], [.randomK(fraction: 0.3), .int8],
        [.hsq(segment: 4, bits: 8)], [.float32],
    ]

    private let exchange: Exchange
    private let slot = SlotID.cluster(1)

    init() {
        let network = Network(ModelSpec(inputs: 9, hidden: [7], outputs: 3, task: .classes))
        exchange = Exchange(
            network: network, shared: network.layout, statistics: [Statistic("mean", shape: [2, 3], rule: .mean)])
    }

    private func coding(_ steps: [CodecStep], seed: Int = 1) throws -> StepCoding {
        var recipe = Recipe()
        recipe.seed = seed
        recipe.down = try UpdateCodec(steps, deflate: true)
        return try #require(StepCoding(recipe, exchange))
    }

    /// A fold that moved the model by a step with a few large numbers among many small ones, and the statistics too.
    private func move(from before: ParameterSet, residual: [Float]?, using draws: inout SeededGenerator) -> Fold.Move {
        let entered = Array(before.values[0..<exchange.shared.count])
        let step = entered.map { _ in Float(draws.normal() * (draws.below(9) == 0 ? 1 : 0.05)) }
        var model = entered
        Kernels.axpy(1, step, into: &model)
        let mean = (0..<6).map { _ in Float(draws.normal()) }
        var memory = SlotMemory()
        memory.residual = residual
        return Fold.Move(slot: slot, entered: entered, content: exchange.blob(model, ["mean": mean]), memory: memory, norm: 1)
    }

    /// Steps told and what is still owed add up to the steps made, and a holder of each version gets the bytes of the next.
    @Test(arguments: codecs) func nothingIsLostAndAllBytesAgree(steps: [CodecStep]) throws {
        let coding = try coding(steps)
        var draws = SeededGenerator(seed: 3, "steps")
        var content = ParameterSet(zeros: exchange.layout)
        var made = [Double](repeating: 0, count: exchange.shared.count)
        var residual: [Float]?
        for round in 1...25 {
            var move = move(from: content, residual: residual, using: &draws)
            let folded = move.content
            Kernels.accumulate(
                Kernels.subtract(Array(folded.values[0..<made.count]), move.entered), weight: 1, into: &made)
            let step = try #require(coding.code(&move, round: round)).encoded()
            let blob = content.safetensors(metadata: [:])
            let rebuilt = try ModelStep(decoding: step, limits: WireLimits()).applied(to: blob)
            #expect(rebuilt == move.content.safetensors(metadata: [:]))
            #expect(move.content["statistic/mean"] == folded["statistic/mean"])
            (content, residual) = (move.content, move.memory.residual)
        }
        #expect((residual == nil) == coding.codec.isExact)
        let owed = residual ?? made.map { _ in 0 }
        for i in made.indices { #expect(abs(Double(content.values[i]) + Double(owed[i]) - made[i]) < 1e-4) }
    }

    /// A fold that is done again tells the same; other rounds, slots and seeds draw anew.
    @Test func drawsFollowFromSeedRoundAndSlot() throws {
        func told(_ seed: Int, _ round: Int, _ slot: SlotID) throws -> [UInt8] {
            var draws = SeededGenerator(seed: 3, "steps")
            let zero = ParameterSet(zeros: exchange.layout)
            let made = move(from: zero, residual: nil, using: &draws)
            var move = Fold.Move(slot: slot, entered: made.entered, content: made.content, memory: SlotMemory(), norm: 1)
            return try #require(coding([.randomK(fraction: 0.2), .qsgd(levels: 3)], seed: seed).code(&move, round: round))
                .encoded()
        }
        let first = try told(1, 1, slot)
        #expect(try told(1, 1, slot) == first)
        #expect(try told(1, 2, slot) != first)
        #expect(try told(1, 1, .cluster(2)) != first)
        #expect(try told(2, 1, slot) != first)
    }

    /// What a codec cannot write in finite numbers travels whole, and what was owed stays owed.
    @Test func whatCannotBeCodedTravelsWhole() throws {
        let count = exchange.shared.count
        var memory = SlotMemory()
        memory.residual = [Float](repeating: 1, count: count)
        // A step of 6e38.
        var huge = Fold.Move(
            slot: slot, entered: [Float](repeating: -3e38, count: count),
            content: exchange.blob([Float](repeating: 3e38, count: count), [:]), memory: memory, norm: 1)
        let before = huge
        #expect(try coding([.qsgd(levels: 3)]).code(&huge, round: 1) == nil)
        #expect(huge.content == before.content)
        #expect(huge.memory.residual == before.memory.residual)
    }

    @Test func theResidualIsStoredWithTheSlot() throws {
        var memory = SlotMemory()
        memory.residual = [1, -2]
        #expect(!memory.isEmpty)
        #expect(try SlotMemory(decoding: memory.encoded()).residual == [1, -2])
        memory.residual = [.nan]
        #expect(!memory.isFinite)
    }

    /// No byte of a step can be trusted by whoever applies it: it throws, or leads elsewhere, and the digest tells.
    @Test func spoiltStepsAreHarmless() throws {
        var draws = SeededGenerator(seed: 3, "steps")
        let zero = ParameterSet(zeros: exchange.layout)
        let blob = zero.safetensors(metadata: [:])
        for steps in Self.codecs {
            var move = move(from: zero, residual: nil, using: &draws)
            let step = try #require(coding(steps).code(&move, round: 1)).encoded()
            for place in 0..<step.count {
                var spoilt = step
                spoilt[place] ^= 1 << UInt8(draws.below(8))
                _ = try? ModelStep(decoding: spoilt, limits: WireLimits()).applied(to: blob)
                #expect(throws: (any Error).self) {
                    try ModelStep(decoding: Array(step[..<place]), limits: WireLimits()).applied(to: blob)
                }
            }
            let valid = try ModelStep(decoding: step, limits: WireLimits())
            let other = try ParameterLayout(tensors: [TensorSpec(name: "x", shape: [4])])
            #expect(throws: (any Error).self) { try valid.applied(to: ParameterSet(zeros: other)) }
            #expect(throws: (any Error).self) { try valid.applied(to: [1, 2, 3]) }
        }
        let stray = Parcel(tensors: [UpdateCodec.exact.pack(zero.values, name: "step"), UpdateCodec.exact.pack([1], name: "x")])
        #expect(throws: TensorError.self) { try ModelStep(decoding: stray.encoded(), limits: WireLimits()).applied(to: blob) }
        #expect(throws: WireError.self) { try ModelStep(decoding: Parcel().encoded(), limits: WireLimits()).applied(to: blob) }
    }
}
