// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct CohortTests {
    static let outlook = RoundOutlook(round: 10, workload: Workload(epochs: 1, bits: 1000))

    static func members(_ count: Int, _ change: (Int, inout Member) -> Void = { _, _ in }) -> [Member] {
        (0..<count).map { number in
            var member = Member(id: AgentID(checked: "a\(number)"), profile: ToyFederation.profile)
            change(number, &member)
            return member
        }
    }

    private func selection(_ cohort: any Cohort, _ members: [Member], seed: UInt64 = 1) -> Selection {
        var generator = SeededGenerator(seed: seed)
        return cohort.select(from: members, Self.outlook, using: &generator)
    }

    @Test(arguments: Catalogue<any Cohort>.cohort.names) func whatIsChosenIsEligibleAndInOrder(name: String) throws {
        let cohort = try #require(Catalogue<any Cohort>.cohort.make(name))
        for count in [1, 2, 3, 17] {
            let chosen = selection(cohort, Self.members(count))
            // Only where each agent has a coin of its own may all coins say no.
            let least = (cohort.sampling ?? 1) < 1 ? 0 : 1
            #expect(chosen.goal >= least && chosen.goal <= chosen.agents.count)
            #expect(chosen.agents == Set(chosen.agents).sorted())
            #expect(Set(chosen.agents).isSubset(of: Self.members(count).map(\.id)))
            #expect(selection(cohort, Self.members(count)) == chosen, "one seed, one choice")
        }
    }

    @Test func overSelectionAsksThirtyPercentMore() {
        var cohort = OverSelectedCohort()
        cohort.fraction = 0.4
        let chosen = selection(cohort, Self.members(25))
        #expect(chosen.goal == 10)
        #expect(chosen.agents.count == 13)
        cohort.goal = 24
        #expect(selection(cohort, Self.members(25)).agents.count == 25)
        cohort.goal = 30
        #expect(selection(cohort, Self.members(25)).goal == 25)
    }

    /// By hand: V = e^(−θ Δt), urgency (1 − V) · loss / joules.
    @Test func theStalestAndWorstArePolled() {
        var cohort = StalenessCohort()
        cohort.messages = 2
        cohort.theta = 0.5
        let known = Self.members(4) { number, member in
            member.lastCounted = [9, 2, 9, 5][number]
            member.lastLoss = [1.0, 0.2, 0.9, 1][number]
        }
        // (1 − e^−.5)·1 = .39, (1 − e^−4)·.2 = .20, .39·.9 = .35, (1 − e^−2.5)·1 = .92
        #expect(selection(cohort, known).agents == [.toy(0), .toy(3)])
        // A quarter of the energy: four times as urgent.
        let cheap = known.map { member in
            var member = member
            var device = DeviceProfile()
            if member.id == .toy(2) { device.capacitance /= 4; device.power /= 1e6 }
            member.profile.circumstances = Circumstances(device: device)
            return member
        }
        #expect(selection(cohort, cheap).agents == [.toy(2), .toy(3)])
        // Nothing is known of who never answered.
        let strangers = known + [Member(id: AgentID(checked: "a9"), profile: ToyFederation.profile)]
        #expect(selection(cohort, strangers).agents == [.toy(3), AgentID(checked: "a9")])
    }

    @Test func everybodyIsPolledInTurn() {
        var script = MachineScript(
            ToyFederation.recipe {
                var cohort = StalenessCohort()
                cohort.messages = 2
                $0.cohort = cohort
                $0.agents = 6
                $0.rounds = 9
            })
        for agent in 0..<6 { script.connect(agent) }
        var polled: [AgentID: Int] = [:]
        for _ in 1...9 {
            for agent in script.machine.awaited {
                polled[agent, default: 0] += 1
                script.upload(Int(agent.rawValue.dropFirst()) ?? 0)
            }
        }
        #expect(polled.values.sorted() == [3, 3, 3, 3, 3, 3])
    }

    @Test func theFirstUploadsCloseAnOverSelectedRound() {
        var script = MachineScript(
            ToyFederation.recipe {
                var cohort = OverSelectedCohort()
                (cohort.goal, cohort.factor) = (2, 2)
                $0.cohort = cohort
                $0.agents = 4
            })
        for agent in 0..<4 { script.connect(agent) }
        _ = script.take()
        script.upload(3)
        #expect(script.take() == ["accept a3 1"])
        script.upload(1)
        #expect(Array(script.take().prefix(5)) == ["accept a1 1", "withdraw a0 1", "withdraw a2 1", "fold 1: a1 a3", "commit 1"])
        #expect(script.commits.last?.summary?.lost == 2)
        #expect(script.machine.state.members.allSatisfy { !$0.absent })
        script.upload(0, round: 1)
        #expect(script.take() == ["withdraw a0 1"])
        #expect(script.machine.state.member(.toy(0))?.lastCounted == 0)
        #expect(script.machine.assignment(for: .toy(0))?.base == 0)
        #expect(script.machine.assignment(for: .toy(1))?.base == 1)
    }
}
