// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// Differential privacy on the agent.
@Suite(.timeLimit(.minutes(5))) struct LocalPrivacyTests {
    private func settings(_ change: (inout LocalPrivacy) -> Void = { _ in }) -> Recipe {
        ToyFederation.recipe {
            var privacy = LocalPrivacy()
            change(&privacy)
            $0.privacy = privacy
        }
    }

    private func upload(
        _ recipe: Recipe, secret: UInt64? = 1, round: Int = 1, run: String = "toy"
    ) throws -> Parcel {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        let participant = Participant(id: .toy(0), recipe: recipe, shard: shard, secret: secret)
        let work = Assignment.toy(round: round, base: 0)
        return try participant.perform(
            work, models: [.cluster(1): ParameterSet(zeros: participant.exchange.layout)], memory: nil
        ).upload
    }

    private func update(_ parcel: Parcel) throws -> [Float] { try #require(parcel.tensor("update/c1")).unpacked() }

    /// Only a point of a sphere leaves the agent: neither the update's norm nor, in the signature, its direction.
    @Test func nothingElseIsSent() throws {
        let parcel = try upload(settings())
        let sent = try update(parcel)
        let mechanism = try #require(DuchiMechanism(epsilon: 8, radius: 1, dimension: 21))
        #expect(abs(Kernels.norm(sent) / mechanism.outputRadius - 1) < 1e-5)
        #expect(parcel.scalars["slot/c1/norm"].map { abs($0 / mechanism.outputRadius - 1) < 1e-5 } == true)
        let signature = try #require(parcel.tensor("signature")).unpacked()
        #expect(signature == Signature(update: sent, size: 64, seed: 1).values)
        let exact = try update(try upload(ToyFederation.recipe()))
        #expect(sent != exact)
    }

    /// A signature with a budget of its own is another draw, of norm 1.
    @Test func signaturesMayBePaidFor() throws {
        let parcel = try upload(settings { $0.signature = 4 })
        let signature = try #require(parcel.tensor("signature")).unpacked()
        #expect(abs(Kernels.norm(signature) - 1) < 1e-5)
        #expect(signature != Signature(update: try update(parcel), size: 64, seed: 1).values)
    }

    /// The mean over many draws is the update, scaled back to the radius.
    @Test func theMeanIsRight() throws {
        let recipe = settings { $0.radius = 0.5 }
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        let values = (0..<10).map { Float($0) - 4 }
        let work = Assignment.toy(round: 1, base: 0)
        var sum = [Double](repeating: 0, count: 10)
        for secret in 0..<4000 as Range<UInt64> {
            let participant = Participant(id: .toy(0), recipe: recipe, shard: shard, secret: secret)
            let draw = try #require(try participant.disguised(values, as: .update, work))
            for i in sum.indices { sum[i] += Double(draw[i]) / 4000 }
        }
        let norm = Kernels.norm(values)
        #expect(ToyUpdates.gap(values.map { Float(0.5 * Double($0) / norm) }, sum) < 0.06)
    }

    @Test func drawsFollowFromTheSecretAlone() throws {
        let recipe = settings()
        let first = try update(try upload(recipe))
        #expect(try update(try upload(recipe)) == first)
        #expect(try update(try upload(recipe, secret: 2)) != first)
        #expect(throws: ParticipantError.noSecret) { try upload(recipe, secret: nil) }
        let seeded = settings { $0.noiseSeed = 7 }
        #expect(try update(try upload(seeded, secret: nil)) == update(try upload(seeded, secret: 5)))
    }

    @Test func epsilonAddsUp() throws {
        let recipe = settings {
            $0.epsilon = 2
            $0.signature = 3
        }
        var run = ToyRun(recipe, try ToyFederation(groups: [0, 0]))
        try run.run()
        let report = Report(
            state: run.machine.state, recipe: recipe, summaries: run.summaries, engine: .simulate, cost: Report.Cost())
        let privacy = try #require(report.privacy)
        #expect(privacy.delta == 0 && privacy.models.isEmpty)
        #expect(privacy.agents.map(\.epsilon) == [20, 20])
        #expect(privacy.rounds.map(\.epsilon) == [5, 10, 15, 20])
    }

    @Test func largeVectorsAreRefused() throws {
        #expect(settings().problem(with: ToyFederation.profile) == nil)
        let why = try #require(settings { $0.largest = 20 }.problem(with: ToyFederation.profile))
        #expect(why.contains("an update of 21 numbers"))
        let long = settings {
            $0.signature = 1
            $0.largest = 50
        }
        #expect(long.problem(with: ToyFederation.profile)?.contains("a signature of 64 numbers") == true)
    }

    /// A budget too small for any finite noise says nothing, rather than the truth.
    @Test func vanishingBudgetsSendZeros() {
        var privacy = LocalPrivacy()
        privacy.epsilon = .leastNonzeroMagnitude
        var generator = SeededGenerator(seed: 1)
        #expect(privacy.disguised([1, 2], as: .update, clip: nil, using: &generator) == [0, 0])
    }
}
