// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// Data that change in the middle of a run, and agents that join in it.
@Suite(.timeLimit(.minutes(5))) struct StreamTests {
    /// Agents that change their group in a round; `to` counts from group 0.
    private func drifting(_ groups: [Int], _ to: [Int: Int], in round: Int32) throws -> ToyFederation {
        var toy = try ToyFederation(groups: groups)
        try toy.change { number, shard in
            guard let group = to[number] else { return }
            let turn = (group - groups[number] + 3) % 3
            var part = AgentPart(truth: shard.truth, train: shard.train, validation: shard.validation, test: shard.test)
            part.drift = .init(
                round: round, truth: "g\(group)", alteration: .relabelled(map: (0..<3).map { Int32(($0 + turn) % 3) }))
            shard = try part.shard(from: shard.data, observer: shard.observer, task: .classes, classes: 3)
        }
        return toy
    }

    private func run(_ toy: ToyFederation, rounds: Int, chaos: UInt64? = nil) throws -> ToyRun {
        var run = ToyRun(
            ToyFederation.recipe {
                $0.grouping = Constellation()
                $0.rounds = rounds
            }, toy)
        run.chaos = chaos.map { SeededGenerator(seed: $0) }
        run.crashChance = chaos == nil ? 0 : 0.03
        try run.run()
        return run
    }

    private func groups(_ run: ToyRun) -> Set<Set<AgentID>> {
        Set(run.machine.state.book.clusters.filter { !$0.members.isEmpty }.map { Set($0.members) })
    }

    private func toys(_ numbers: [Int]) -> Set<AgentID> { Set(numbers.map { AgentID.toy($0) }) }

    @Test func agentsThatDriftAreMovedToTheirNewGroup() throws {
        let toy = try drifting([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], [0: 1, 3: 0], in: 14)
        let run = try run(toy, rounds: 24)
        #expect(groups(run) == [toys([2, 4, 6, 8, 3]), toys([0, 1, 5, 7, 9])])
        let moves = run.machine.state.book.lineage.filter { $0.event == .migrated }
        #expect(moves.map(\.agents).sorted { $0[0] < $1[0] } == [[.toy(0)], [.toy(3)]])
        #expect(moves.allSatisfy { (14...18).contains($0.round) }, "\(moves.map(\.round))")
    }

    /// A group that was not there before: its agents are split off.
    @Test func aNewGroupIsSplitOff() throws {
        let toy = try drifting([0, 0, 0, 0, 0, 0, 1, 1, 1, 1], [0: 2, 1: 2, 2: 2], in: 14)
        let run = try run(toy, rounds: 40)
        #expect(groups(run) == [toys([0, 1, 2]), toys([3, 4, 5]), toys([6, 7, 8, 9])], "\(run.machine.state.book.lineage)")
    }

    @Test func figuresAreOfTheRowsThatAreThere() throws {
        let toy = try drifting([0, 0], [0: 1], in: 3)
        let run = try run(toy, rounds: 4)
        for rows in run.machine.state.rows.values { #expect(rows.test[.cluster]?.count == 12) }
        // Declared are all rows that ever come.
        #expect(run.machine.state.members.map(\.profile.train) == [48, 24])
    }

    @Test func newcomersJoinInTheirRound() throws {
        var toy = try ToyFederation(groups: [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
        toy.change { number, shard in if number < 2 { shard.circumstances.joins = 12 } }
        let calm = try run(toy, rounds: 16)
        #expect(calm.summaries.map(\.participants).prefix(12) == [8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 10])
        #expect(calm.machine.state.member(.toy(0))?.joined == 12)
        #expect(calm.machine.state.waiting == nil)
        #expect(groups(calm) == [toys([0, 2, 4, 6, 8]), toys([1, 3, 5, 7, 9])])
        for seed in 1...2 {
            let disturbed = try run(toy, rounds: 16, chaos: UInt64(seed))
            #expect(disturbed.crashes > 0)
            #expect(try disturbed.machine.state.encoded() == calm.machine.state.encoded())
        }
    }

    @Test func ifNobodyIsThereFromTheStartTheEarliestBegin() throws {
        var toy = try ToyFederation(groups: [0, 0, 0])
        toy.change { number, shard in shard.circumstances.joins = 3 + number % 2 }
        let run = try run(toy, rounds: 5)
        #expect(run.summaries.map(\.participants) == [2, 2, 2, 3, 3, 3])
    }
}
