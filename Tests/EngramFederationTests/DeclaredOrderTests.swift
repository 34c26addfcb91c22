// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// Rounds by the times that devices declare.
@Suite(.timeLimit(.minutes(5))) struct DeclaredOrderTests {
    /// Agent i needs `seconds[i]` for a round, all of it training.
    static func profile(_ seconds: Double) -> AgentProfile {
        var device = DeviceProfile()
        device.rowsPerSecond = 2 * 24 / seconds
        device.bandwidth = 1e12
        device.gains = [1]
        device.power = 1
        var profile = ToyFederation.profile
        profile.circumstances = Circumstances(device: device)
        return profile
    }

    private func started(_ seconds: [Double], _ change: (inout Recipe) -> Void) -> MachineScript {
        var script = MachineScript(
            ToyFederation.recipe {
                $0.agents = seconds.count
                $0.order = .declared
                $0.deadline = 50
                change(&$0)
            })
        for (agent, time) in seconds.enumerated() { script.connect(agent, profile: Self.profile(time)) }
        return script
    }

    @Test func whoWouldBeLateIsNotAsked() {
        var script = started([10, 70, 20, 49]) { $0.quorum = 0.5 }
        #expect(script.machine.cohort == [.toy(0), .toy(2), .toy(3)])
        for agent in [3, 0, 2] { script.upload(agent) }
        let summary = script.commits.last?.summary
        #expect(summary?.lost == 1)
        #expect(summary?.declaredSeconds == 50)
        #expect(script.machine.state.clock == 50)
        #expect(script.machine.state.members.allSatisfy { !$0.absent })
    }

    @Test func theQuorumIsWaitedForBeyondTheDeadline() {
        var script = started([60, 70, 80, 10]) { $0.quorum = 0.75 }
        #expect(script.machine.cohort == [.toy(0), .toy(1), .toy(3)])
        for agent in [0, 1, 3] { script.upload(agent) }
        #expect(abs((script.commits.last?.summary?.declaredSeconds ?? 0) - 70) < 1e-6)
    }

    @Test func theFastestOfThoseDrawnCount() {
        var script = started([9, 8, 7, 6, 5, 4]) {
            var cohort = OverSelectedCohort()
            (cohort.goal, cohort.factor) = (2, 3)
            $0.cohort = cohort
        }
        #expect(script.machine.cohort == [.toy(4), .toy(5)])
        script.upload(4)
        script.upload(5)
        let summary = script.commits.last?.summary
        #expect(abs((summary?.declaredSeconds ?? 0) - 5) < 1e-6)
        #expect(summary?.lost == 4)
        // Those who worked in vain have spent their energy too.
        let model = EnergyModel(Self.profile(1).device)
        let each = model.computeJoules(rows: 24, epochs: 2)
        #expect(abs((summary?.energyJoules ?? 0) / (6 * each) - 1) < 1e-3)
        // The last exchange is everybody's.
        for _ in 2...4 { for agent in script.machine.awaited { script.upload(Int(agent.rawValue.dropFirst()) ?? 0) } }
        #expect(script.machine.cohort.count == 6)
    }

    @Test func theSameBytesWhateverTheOrderOfArrival() throws {
        let toy = try ToyFederation(groups: [0, 1, 0, 1, 0, 1])
        let recipe = ToyFederation.recipe {
            var cohort = OverSelectedCohort()
            cohort.fraction = 0.5
            $0.cohort = cohort
            $0.order = .declared
            $0.rounds = 6
        }
        var calm = ToyRun(recipe, toy)
        try calm.run()
        for seed in 1...2 {
            var disturbed = ToyRun(recipe, toy)
            disturbed.chaos = SeededGenerator(seed: UInt64(seed))
            disturbed.crashChance = 0.08
            try disturbed.run()
            #expect(disturbed.crashes > 0)
            #expect(try disturbed.machine.state.encoded() == calm.machine.state.encoded())
        }
    }
}
