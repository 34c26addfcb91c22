// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

/// FedBuff: what counts when, how much, and that neither order nor crashes change it.
@Suite(.timeLimit(.minutes(5))) struct BufferedRoundTests {
    private func script(
        _ seconds: [Double], goal: Int, rounds: Int = 6, _ change: (inout Recipe, inout BufferedCohort) -> Void = { _, _ in }
    ) -> MachineScript {
        var script = MachineScript(
            ToyFederation.recipe {
                $0.agents = seconds.count
                $0.order = .declared
                $0.rounds = rounds
                $0.deadline = 50
                var cohort = BufferedCohort()
                cohort.goal = goal
                change(&$0, &cohort)
                $0.cohort = cohort
            })
        script.holdsFolds = true
        for (agent, time) in seconds.enumerated() { script.connect(agent, profile: DeclaredOrderTests.profile(time)) }
        return script
    }

    /// Agents that need 10, 25 and 41 seconds: 0 ends at 10 and 20, 1 at 25, 0 at 30 and 40, 2 at 41.
    @Test func theTimelineByHand() {
        var script = script([10, 25, 41], goal: 1)
        let start = script.machine.state.book.slots[0].model
        var line: [String] = [], weights: [Double] = []
        for _ in 1...6 {
            let agent = script.machine.cohort[0]
            let round = script.machine.openRound ?? 0
            line.append("\(agent)")
            if round == 3 {
                #expect(script.machine.assignment(for: agent)?.offers.first?.model == start, "1 began with the first model")
                #expect(script.machine.assignment(for: agent)?.round == 3)
            }
            if round == 2 { #expect(script.machine.assignment(for: agent)?.offers.first?.model != start) }
            script.upload(Int(agent.rawValue.dropFirst()) ?? 0)
            weights.append(script.held.first?.parts.first?.damping ?? 0)
            script.release()
        }
        #expect(line == ["a0", "a0", "a1", "a0", "a0", "a2"])
        // Folds since the work began: 0, 0, 2, 1 (a1's came between), 0, 5.
        let expected = [1, 1, 1 / 3.0.squareRoot(), 1 / 2.0.squareRoot(), 1, 1 / 6.0.squareRoot()]
        #expect(zip(weights, expected).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(abs((script.machine.state.clock ?? 0) - 41) < 1e-6)
        #expect(script.commits.compactMap(\.summary?.staleness) == [0, 0, 2, 1, 0, 5])
        // The last exchange is an ordinary one, of everybody.
        #expect(script.machine.state.flights == nil)
        #expect(script.machine.cohort.count == 3)
    }

    @Test func noMoreThanTheCapWorkAndOldWorkIsGivenUp() {
        var script = script([10, 10, 1000, 10], goal: 1, rounds: 30) { ($1.concurrency, $1.oldest) = (2, 3) }
        for _ in 1...29 {
            #expect((script.machine.open?.plan.flights.count ?? 0) <= 2)
            #expect(script.machine.open?.plan.flights.allSatisfy { (script.machine.openRound ?? 0) - $0.since <= 3 } == true)
            script.upload(Int(script.machine.cohort[0].rawValue.dropFirst()) ?? 0)
            script.release()
        }
        #expect(script.machine.state.member(.toy(2))?.lastCounted == 0)
    }

    /// In order of arrival: all are asked at once, K uploads are folded, and nobody is asked twice for the same work.
    @Test func byArrivalTheFirstAreFolded() {
        var script = script([10, 10, 10], goal: 2) { recipe, _ in recipe.order = .arrival }
        #expect(script.take().filter { $0.hasPrefix("send") } == ["send a0 1 base 0", "send a1 1 base 0", "send a2 1 base 0"])
        script.upload(2, round: 1)
        script.upload(0, round: 1)
        #expect(script.machine.mustWait(.toy(1)))
        #expect(!script.machine.mustWait(.toy(0)))
        script.release()
        #expect(script.take().filter { $0.hasPrefix("send") } == ["send a0 2 base 1", "send a2 2 base 1"])
        script.upload(1, round: 1)
        #expect(script.take() == ["accept a1 1"])
        script.upload(1, round: 2)
        #expect(script.take() == ["withdraw a1 2"])
        script.upload(0, round: 2)
        let weights = script.held.first?.parts.first?.weights ?? []
        #expect(weights.count == 2 && weights.first == 24 && abs((weights.last ?? 0) - 24 / 2.0.squareRoot()) < 1e-12)
        script.release()
        #expect(script.machine.state.member(.toy(1))?.lastCounted == 1)
        // The receipt of work that was folded may have been lost.
        _ = script.take()
        script.upload(1, round: 1)
        #expect(script.take() == ["accept a1 1"])
    }

    @Test func workOfThoseWhoAreGoneIsGivenToOthers() {
        var script = script([10, 10, 10, 10], goal: 2) { ($0.order, $1.concurrency) = (.arrival, 2) }
        let working = script.machine.cohort
        for agent in working { script.handle(.disconnected(agent)) }
        _ = script.take()
        script.handle(.tick, at: 50)
        let sent = script.take().filter { $0.hasPrefix("send") }
        #expect(sent.count == 2)
        #expect(Set(script.machine.cohort).isDisjoint(with: working))
        for agent in script.machine.cohort { script.upload(Int(agent.rawValue.dropFirst()) ?? 0, at: 51) }
        script.release()
        #expect(script.machine.state.round == 1)
    }

    /// With everybody in the buffer it is federated averaging.
    @Test func aFullBufferIsFedAvg() throws {
        let toy = try ToyFederation(groups: [0, 1, 0])
        var plain = ToyRun(ToyFederation.recipe(), toy)
        try plain.run()
        var buffered = ToyRun(
            ToyFederation.recipe {
                $0.cohort = BufferedCohort()
                $0.order = .declared
            }, toy)
        try buffered.run()
        #expect(buffered.slots == plain.slots)
    }

    private func disturbed(_ order: Recipe.Order, seed: UInt64?) throws -> ToyRun {
        var toy = try ToyFederation(groups: [0, 1, 0, 1, 0, 1])
        toy.change { number, shard in
            var device = DeviceProfile()
            device.rowsPerSecond = [10, 3, 7, 20, 1.5, 9][number]
            shard.circumstances = Circumstances(device: device)
        }
        var run = ToyRun(
            ToyFederation.recipe {
                var cohort = BufferedCohort()
                (cohort.goal, cohort.concurrency) = (2, 4)
                $0.cohort = cohort
                $0.order = order
                $0.rounds = 10
                $0.hidden = [4]
                $0.grouping = Given()
                $0.globalReference = true
                $0.training = DittoTraining()
                $0.codec = (try? UpdateCodec([.topK(fraction: 0.2), .int8], deflate: true)) ?? .exact
                $0.server = MomentumStep()
            }, toy)
        run.chaos = seed.map { SeededGenerator(seed: $0) }
        run.crashChance = seed == nil ? 0 : 0.08
        try run.run()
        return run
    }

    @Test func endsInTheSameBytesWhateverHappens() throws {
        let calm = try disturbed(.declared, seed: nil)
        #expect(calm.machine.state.phase == .finished)
        #expect(calm.summaries.contains { ($0.staleness ?? 0) > 0 })
        for seed in 1...4 {
            let run = try disturbed(.declared, seed: UInt64(seed))
            #expect(run.crashes > 1)
            #expect(try run.machine.state.encoded() == calm.machine.state.encoded())
        }
    }

    /// In order of arrival the bytes follow from the order; but every run ends, and no memory is missed.
    @Test func byArrivalEveryRunEnds() throws {
        for seed in 1...4 {
            let run = try disturbed(.arrival, seed: UInt64(seed))
            #expect(run.crashes > 1)
            #expect(run.machine.state.phase == .finished)
            #expect(run.summaries.filter { $0.round <= 10 }.allSatisfy { $0.participants == 2 })
        }
    }

    @Test func groupingsThatCompareAgentsAreRefused() {
        var recipe = ToyFederation.recipe { $0.cohort = BufferedCohort() }
        #expect(throws: Never.self) { try recipe.validate() }
        recipe.grouping = Constellation()
        #expect(throws: RecipeError.self) { try recipe.validate() }
    }
}
