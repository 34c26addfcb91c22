// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct RoundMachineTests {
    private func script(agents: Int = 3, rounds: Int = 2, _ change: (inout Recipe) -> Void = { _ in }) -> MachineScript {
        MachineScript(
            ToyFederation.recipe {
                $0.agents = agents
                $0.rounds = rounds
                $0.deadline = 10
                change(&$0)
            })
    }

    private func started(agents: Int = 3, rounds: Int = 2, _ change: (inout Recipe) -> Void = { _ in }) -> MachineScript {
        var script = script(agents: agents, rounds: rounds, change)
        for agent in 0..<agents { script.connect(agent) }
        _ = script.take()
        return script
    }

    @Test func gathersThenStoresThenSends() {
        var script = script()
        script.connect(1)
        script.connect(2)
        #expect(script.take().isEmpty)
        script.handle(.disconnected(.toy(2)))
        script.connect(0)
        #expect(script.take().isEmpty)
        script.connect(2)
        #expect(
            script.take() == ["store", "commit 0", "send a0 1 base 0", "send a1 1 base 0", "send a2 1 base 0", "wake 10"])
        #expect(script.machine.awaited == [.toy(0), .toy(1), .toy(2)])
    }

    @Test func aWholeRun() {
        var script = started()
        script.upload(2)
        script.upload(0)
        #expect(script.take() == ["accept a2 1", "accept a0 1"])
        script.upload(1, at: 3)
        #expect(
            script.take() == [
                "accept a1 1", "fold 1: a0 a1 a2", "commit 1", "send a0 2 base 1", "send a1 2 base 1", "send a2 2 base 1",
                "wake 13",
            ])
        for agent in 0..<3 { script.upload(agent) }
        #expect(script.take().suffix(5) == ["commit 2", "send a0 3 base 2", "send a1 3 base 2", "send a2 3 base 2", "wake 10"])
        // The last exchange folds nothing.
        for agent in 0..<3 { script.upload(agent) }
        #expect(script.take() == ["accept a0 3", "accept a1 3", "accept a2 3", "commit 3"])
        #expect(script.machine.state.phase == .finished)
        script.connect(1)
        script.handle(.tick)
        script.handle(.cancel("too late"))
        #expect(script.take().isEmpty)
        #expect(script.machine.state.phase == .finished)
    }

    @Test func noSendBeforeTheCommitThatItDependsOn() {
        var script = started(rounds: 5)
        for _ in 0..<6 {
            for agent in 0..<3 { script.upload(agent) }
        }
        let lines = script.take()
        for (i, line) in lines.enumerated() where line.hasPrefix("send") {
            let round = Int(line.split(separator: " ")[2]) ?? 0
            #expect(lines[..<i].contains("commit \(round - 1)"))
        }
        #expect(script.machine.state.isOver)
    }

    @Test func duplicatesCountOnceAndAreAccepted() {
        var script = started()
        script.holdsFolds = true
        script.upload(0)
        script.upload(0)
        #expect(script.take() == ["accept a0 1", "accept a0 1"])
        script.upload(1)
        script.upload(2)
        // While the fold runs, and after it: the receipt was lost, the upload counts.
        script.upload(1)
        #expect(script.take().last == "accept a1 1")
        script.release()
        #expect(script.take().first == "commit 1")
        script.upload(1, round: 1)
        #expect(script.take() == ["accept a1 1"])
        #expect(script.commits.last?.summary?.participants == 3)
    }

    @Test func strangersStaleAndFutureRoundsAreWithdrawn() {
        var script = started()
        script.upload(9)
        script.upload(0, round: 7)
        script.upload(0, round: 0)
        script.upload(0, round: -1)
        script.upload(0, round: .max)
        #expect(script.take() == ["withdraw a9 1", "withdraw a0 7", "withdraw a0 0", "withdraw a0 -1", "withdraw a0 \(Int.max)"])
        #expect(script.machine.awaited.count == 3)
    }

    @Test func theDeadlineClosesARoundThatHasItsQuorum() {
        var script = started { $0.quorum = 0.6 }
        script.upload(0)
        script.handle(.tick, at: 5)
        #expect(script.take() == ["accept a0 1", "wake 10"])
        script.handle(.tick, at: 10)
        #expect(script.take() == ["note", "wake 20"])
        // The upload that makes the quorum closes the overdue round at once.
        script.upload(2, at: 11)
        #expect(script.take() == ["accept a2 1", "fold 1: a0 a2", "commit 1", "send a0 2 base 1", "send a2 2 base 1", "wake 21"])
        #expect(script.machine.state.member(.toy(1))?.absent == true)
        #expect(script.commits.last?.summary?.lost == 1)
        // Late: withdrawn, and back in the round after.
        script.upload(1, round: 1)
        #expect(script.take() == ["withdraw a1 1"])
        script.upload(0)
        script.upload(2)
        #expect(script.take().contains("send a1 3 base 0"))
    }

    @Test func noQuorumIsLessThanOneUpload() {
        var script = started { $0.quorum = 0 }
        script.handle(.tick, at: 10)
        #expect(script.take() == ["note", "wake 20"])
        script.upload(0)
        script.handle(.tick, at: 20)
        #expect(script.take().contains("fold 1: a0"))
    }

    @Test func lateOnesComeBackWhateverTheySayFirst() {
        for (name, event) in [
            ("late", RunEvent.late(.toy(1))), ("connected", .connected(.toy(1), ToyFederation.profile)),
        ] {
            for duringFold in [false, true] {
                var script = started(rounds: 9)
                script.holdsFolds = true
                script.upload(0)
                script.upload(2)
                script.handle(.tick, at: 10)
                if duringFold { script.handle(event) }
                script.release()
                if !duringFold { script.handle(event) }
                script.upload(0)
                script.upload(2)
                if !script.machine.awaited.isEmpty { script.upload(1) }
                script.release()
                #expect(script.machine.cohort.contains(.toy(1)), "\(name), during the fold: \(duringFold)")
            }
        }
    }

    @Test func aLateUploadDuringTheFoldBringsItsAgentBack() {
        var script = started(rounds: 9)
        script.holdsFolds = true
        script.upload(0)
        script.upload(2)
        script.handle(.tick, at: 10)
        _ = script.take()
        script.upload(1, round: 1)
        #expect(script.take() == ["withdraw a1 1"])
        script.release()
        #expect(script.take().contains("send a1 2 base 0"))
    }

    @Test func aReconnectedAgentGetsItsWorkAgain() {
        var script = started()
        script.handle(.disconnected(.toy(1)))
        script.connect(1)
        #expect(script.take() == ["send a1 1 base 0"])
        script.upload(1)
        script.connect(1)
        #expect(script.take() == ["accept a1 1"])
        // One that is away when the round opens gets it when it is back.
        script.handle(.disconnected(.toy(2)))
        script.upload(0)
        script.upload(2)
        #expect(!script.take().contains("send a2 2 base 1"))
        script.connect(2)
        #expect(script.take() == ["send a2 2 base 1"])
    }

    @Test func newcomersJoinTheNextRoundAndAreStoredFirst() {
        var script = started(rounds: 4)
        script.connect(7)
        script.connect(5)
        script.handle(.disconnected(.toy(7)))
        #expect(script.take().isEmpty)
        for agent in 0..<3 { script.upload(agent) }
        let lines = script.take()
        #expect(
            lines.suffix(7) == [
                "commit 1", "commit 1", "send a0 2 base 1", "send a1 2 base 1", "send a2 2 base 1", "send a5 2 base 0", "wake 10",
            ])
        #expect(script.machine.state.members.map(\.id.rawValue) == ["a0", "a1", "a2", "a5"])
        #expect(script.machine.state.member(.toy(5))?.joined == 2)
        // What was stored says so too, with the event.
        let stored = script.commits.last
        #expect(stored?.state.members.count == 4)
        #expect(stored?.lineage.map(\.event) == [.placed])
    }

    @Test func profilesThatDoNotFitAreIneligible() {
        var script = script(agents: 3)
        var other = ToyFederation.profile
        other.inputs = 9
        var absurd = ToyFederation.profile
        absurd.inputs = .max
        var empty = ToyFederation.profile
        empty.classes = 0
        var negative = ToyFederation.profile
        negative.train = -1
        for profile in [absurd, empty, negative] {
            script.connect(4, profile: profile)
            #expect(script.take() == ["ineligible a4"])
        }
        // The first in id order is the odd one: it does not keep the others out.
        script.connect(0, profile: other)
        script.connect(1)
        script.connect(2)
        #expect(script.take() == [])
        script.connect(3)
        let opening = script.take()
        #expect(opening.first == "ineligible a0")
        #expect(opening.contains("send a3 1 base 0"))
        script.connect(0, profile: other)
        #expect(script.take() == ["ineligible a0"])
        // A member cannot come back with other data, either.
        script.connect(1, profile: other)
        #expect(script.take() == ["ineligible a1"])
    }

    @Test(arguments: [RunEvent.cancel("enough"), .fail("disk full")]) func endingWithdrawsWhatIsAwaited(event: RunEvent) {
        var script = started()
        script.upload(1)
        _ = script.take()
        script.handle(event)
        #expect(script.take() == ["commit 0", "withdraw a0 1", "withdraw a2 1"])
        #expect(script.machine.state.isOver)
        script.upload(0)
        #expect(script.take() == ["withdraw a0 0"])
    }

    @Test func cancelWhileGatheringAndWhileFolding() {
        var script = script()
        script.handle(.cancel("no"))
        #expect(script.take() == ["commit 0"])
        script = started()
        script.holdsFolds = true
        for agent in 0..<3 { script.upload(agent) }
        script.handle(.cancel("no"))
        script.release()
        #expect(script.machine.state.round == 0)
        #expect(script.machine.state.phase == .cancelled("no"))
    }

    @Test func aRunThatCannotStartFails() {
        var script = script(agents: 1) { $0.grouping = Given() }
        var undeclared = ToyFederation.profile
        undeclared.truth = nil
        script.connect(0, profile: undeclared)
        #expect(script.take() == ["commit 0"])
        guard case .failed(let why) = script.machine.state.phase else {
            Issue.record("\(script.machine.state.phase)")
            return
        }
        #expect(why.contains("engram.truth"))
    }

    @Test func aSampledCohortRepeats() {
        func cohorts(_ seed: Int) -> [[AgentID]] {
            var script = started(agents: 6, rounds: 5) {
                $0.seed = seed
                var cohort = SampledCohort()
                cohort.fraction = 0.5
                $0.cohort = cohort
            }
            return (0..<5).map { _ in
                let now = script.machine.cohort
                for agent in now { script.upload(Int(agent.rawValue.dropFirst()) ?? 0) }
                return now
            }
        }
        let first = cohorts(1)
        #expect(first == cohorts(1))
        #expect(first != cohorts(2))
        #expect(first.allSatisfy { $0.count == 3 && $0 == $0.sorted() })
    }
}
