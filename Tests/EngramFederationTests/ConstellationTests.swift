// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct ConstellationTests {
    @Test func twoPlantedGroupsAreTriedThenSplit() throws {
        var script = ConstellationScript([0, 1, 0, 1, 0, 1, 0, 1])
        script.play(rounds: 3)
        #expect(script.events(.tried).map(\.round) == [3])
        #expect(script.state.trials.first?.side[.toy(0)] != script.state.trials.first?.side[.toy(1)])
        // The parent stays in charge while its candidates train beside it.
        #expect(script.clusters.count == 1)
        let offers = script.grouping.offers(to: .toy(0), round: 4, state: script.state, book: script.book)
        #expect(offers.uses.map(\.use) == [.home, .candidate])
        script.play(rounds: 4)
        #expect(script.clusters == [[0, 2, 4, 6], [1, 3, 5, 7]])
        let split = try #require(script.events(.split).first)
        #expect(split.round == 4, "beyond doubt: 15 % less loss for each of them")
        #expect(split.from == [.cluster(1)])
        #expect((split.figures["p"] ?? 1) < script.grouping.significance)
        #expect((split.figures["relative_gain"] ?? 0) > 0.1)
        #expect(split.figures["agents"] == 8)
        #expect(split.figures["gain_side_1"] != nil && split.figures["gain_side_2"] != nil)
        #expect(!split.reason.isEmpty)
        // And then there is peace.
        script.play(rounds: 60)
        #expect(script.clusters == [[0, 2, 4, 6], [1, 3, 5, 7]])
        #expect(script.events(.migrated).isEmpty && script.events(.merged).isEmpty)
    }

    /// Before the candidates have had their rounds a split must be ten thousand times as clear.
    @Test(arguments: [(0.3, 8, 4), (0.12, 6, 7), (0.3, 4, 7)])
    func whatIsNotBeyondDoubtTakesItsTime(_ gain: Double, _ agents: Int, _ round: Int) {
        var script = ConstellationScript((0..<agents).map { $0 % 2 })
        script.gain = gain
        // Four agents have two degrees of freedom: as much gain, much less to go by.
        #expect(script.play { !$0.events(.split).isEmpty })
        #expect(script.events(.split).first?.round == round)
        #expect(script.events(.split).first?.figures["looks"] == 1)
    }

    @Test func fourGroupsNeedNoCount() {
        var script = ConstellationScript((0..<16).map { $0 % 4 })
        #expect(script.play { $0.clusters.count == 4 })
        #expect(Set(script.clusters.map { Set($0.map { $0 % 4 }).count }) == [1])
    }

    @Test func identicalAgentsAreRefusedLessAndLessOften() {
        var script = ConstellationScript([Int](repeating: 0, count: 8))
        script.play(rounds: 120)
        #expect(script.clusters.count == 1)
        #expect(script.events(.split).isEmpty)
        let tries = script.events(.tried).map(\.round)
        #expect(tries.count >= 3)
        #expect(script.events(.refused).count >= tries.count - 1)
        let waits = zip(tries, tries.dropFirst()).map { $1 - $0 }
        for (earlier, later) in zip(waits, waits.dropFirst()) { #expect(later >= earlier) }
        #expect((waits.last ?? 0) > (waits.first ?? 0))
        // Candidates that were not taken leave nothing behind.
        #expect(script.book.slots.count <= 3)
    }

    @Test func twoOfEightAreSetApart() {
        var script = ConstellationScript([0, 0, 0, 1, 0, 0, 1, 0])
        #expect(script.play { $0.clusters.count == 2 })
        #expect(script.clusters.contains([3, 6]))
    }

    @Test func oneOfEightIsTooFew() {
        var script = ConstellationScript([0, 0, 0, 1, 0, 0, 0, 0])
        script.play(rounds: 40)
        // It is never cut off alone; whatever else is tried in its stead does not pay.
        #expect(script.clusters.count == 1)
        #expect(script.events(.tried).count == script.events(.refused).count)
    }

    @Test func oneOddAgentHidesNoGroups() {
        var script = ConstellationScript([0, 0, 0, 1, 2, 1, 0, 1, 0, 1])
        #expect(script.play { $0.clusters.contains { Set($0).isSuperset(of: [3, 5, 7, 9]) && $0.count <= 5 } })
    }

    @Test func aMinimumSizeIsKept() {
        var script = ConstellationScript([0, 0, 0, 1, 0, 0, 1, 0, 1, 0]) { $0.minimumSize = 4 }
        script.play(rounds: 40)
        #expect(script.clusters.count == 1)
        script = ConstellationScript([0, 0, 0, 1, 0, 1, 1, 1]) { $0.minimumSize = 4 }
        #expect(script.play { $0.clusters.count == 2 })
    }

    @Test func aSplitThatPaysTooLittleIsRefused() {
        var script = ConstellationScript([0, 1, 0, 1, 0, 1, 0, 1])
        script.gain = 0.016
        script.play(rounds: 30)
        #expect(script.clusters.count == 1)
        #expect(!script.events(.refused).isEmpty)
    }

    /// A third less loss, all of it a matter of level: personal parts see to that.
    @Test(arguments: [(nil, 2), (1, 2), (0.5, 2), (0, 1)] as [(Double?, Int)])
    func whatPersonalPartsMendIsNoReasonToPart(_ lasting: Double?, _ clusters: Int) {
        var script = ConstellationScript([0, 1, 0, 1, 0, 1, 0, 1])
        script.lasting = lasting
        script.play(rounds: 30)
        #expect(script.clusters.count == clusters)
        #expect(!script.events(.tried).isEmpty)
    }

    @Test func noTrialThatTheRunCannotFinish() {
        var script = ConstellationScript([0, 1, 0, 1, 0, 1, 0, 1])
        script.rounds = 7
        script.play(rounds: 7)
        #expect(script.events(.tried).isEmpty)
        script = ConstellationScript([0, 1, 0, 1, 0, 1, 0, 1])
        script.rounds = 8
        script.play(rounds: 8)
        #expect(script.events(.split).count == 1)
    }

    @Test func clustersThatHaveBecomeAlikeAreMerged() throws {
        var script = ConstellationScript([0, 1, 0, 1, 0, 1, 0, 1])
        #expect(script.play { $0.clusters.count == 2 })
        // The second group's data become like the first's; a common model then does a little better, having more data.
        script.groups = [Int](repeating: 0, count: 8)
        script.mergeBonus = 0.05
        #expect(script.play { $0.clusters.count == 1 })
        let merged = try #require(script.events(.merged).first)
        #expect(merged.from.count == 2)
        #expect((merged.figures["p"] ?? 1) < 0.05)
        #expect(script.clusters == [[0, 1, 2, 3, 4, 5, 6, 7]])
        #expect(script.book.slots.count == 1)
    }

    @Test func aDriftedAgentLooksEverywhereAndMovesAfterTwoLooks() throws {
        var script = ConstellationScript((0..<12).map { $0 % 3 }) {
            $0.probeEvery = 1000
            $0.patience = 50
        }
        script.gain = 0.6
        #expect(script.play { $0.clusters.count == 3 })
        script.play(rounds: 3)
        #expect(script.play { $0.state.trials.isEmpty })
        #expect(script.events(.migrated).isEmpty)
        // The loss jumps by more than half: all clusters' models are looked at in the next round.
        script.groups[4] = 2
        script.play()
        #expect(script.state.alarmed.keys.sorted() == [.toy(4)])
        let offers = script.grouping.offers(to: .toy(4), round: script.round + 1, state: script.state, book: script.book)
        #expect(offers.uses.count { $0.use == .probe } == 2)
        let others = script.grouping.offers(to: .toy(0), round: script.round + 1, state: script.state, book: script.book)
        #expect(!others.uses.contains { $0.use == .probe })
        // One look makes a suspect, the second moves.
        script.play()
        #expect(script.state.suspects[.toy(4)] != nil)
        #expect(script.events(.migrated).isEmpty)
        script.play()
        let move = try #require(script.events(.migrated).first)
        #expect(move.agents == [.toy(4)])
        #expect((move.figures["gain"] ?? 0) > 0.2)
        #expect(script.clusters.map(Set.init).contains([2, 4, 5, 8, 11]))
        #expect(script.state.suspects.isEmpty)
    }

    @Test func oneGoodLookAloneMovesNobody() {
        var script = ConstellationScript([0, 1, 0, 1, 0, 1, 0, 1])
        #expect(script.play { $0.clusters.count == 2 })
        #expect(script.play { $0.round % $0.grouping.probeEvery == $0.grouping.probeEvery - 1 })
        script.groups[3] = 0
        script.play()
        #expect(script.state.suspects.keys.sorted() == [.toy(3)])
        script.groups[3] = 1
        script.play(rounds: 20)
        #expect(script.events(.migrated).isEmpty)
        #expect(script.state.suspects.isEmpty)
    }

    @Test func newcomersArePlacedByTheirOwnData() throws {
        var script = ConstellationScript([0, 1, 0, 1, 0, 1, 0, 1, 0])
        #expect(script.play { $0.clusters.count == 2 })
        script.groups += [1, 0]
        script.add(9)
        script.add(10)
        #expect(!script.grouping.counts(.toy(9), state: script.state))
        #expect(script.grouping.counts(.toy(8), state: script.state))
        script.play()
        #expect(script.clusters.map(Set.init) == [[0, 2, 4, 6, 8, 10], [1, 3, 5, 7, 9]])
        let placed = script.events(.placed)
        #expect(placed.flatMap(\.agents).sorted() == [.toy(10), .toy(9)])
        #expect(placed.allSatisfy { $0.figures["loss"] != nil && $0.figures["clusters_tried"] == 2 })
        #expect(script.grouping.counts(.toy(9), state: script.state))
    }

    @Test func updatesOutOfProportionAreQuarantinedAndReleased() throws {
        var script = ConstellationScript([0, 0, 0, 0, 0])
        script.norms[2] = 50
        script.play()
        #expect(script.book.quarantined.isEmpty)
        script.play()
        #expect(script.book.quarantined == [.toy(2)])
        let event = try #require(script.events(.quarantined).first)
        #expect(event.figures["norm"] == 50 && event.figures["median_norm"] == 1)
        script.norms[2] = 1
        script.play(rounds: 4)
        #expect(script.book.quarantined == [.toy(2)])
        script.play()
        #expect(script.book.quarantined.isEmpty)
        #expect(script.events(.released).first?.agents == [.toy(2)])
        // Once is no habit.
        script.norms[1] = 50
        script.play()
        script.norms[1] = 1
        script.play(rounds: 3)
        #expect(script.events(.quarantined).count == 1)
    }

    @Test func theRunnerUpIsExplained() throws {
        var script = ConstellationScript([0, 1, 0, 1, 0, 1, 0, 1])
        #expect(script.grouping.alternative(for: .toy(0), state: script.state, book: script.book) == nil)
        #expect(script.play { $0.clusters.count == 2 })
        script.state.looks = [:]
        let near = try #require(script.grouping.alternative(for: .toy(0), state: script.state, book: script.book))
        #expect(near.figures["cosine"] != nil)
        script.play(rounds: 2 * script.grouping.probeEvery)
        let tried = try #require(script.grouping.alternative(for: .toy(0), state: script.state, book: script.book))
        #expect(tried.cluster == script.book.cluster(of: .toy(1))?.id)
        #expect((tried.figures["loss_there"] ?? 0) > (tried.figures["loss_at_home"] ?? 0))
        #expect(script.grouping.alternative(for: .toy(77), state: script.state, book: script.book) == nil)
    }

    @Test func theStateComesBackInTheMiddleOfATrial() throws {
        var script = ConstellationScript([0, 1, 0, 1, 0, 1])
        script.gain = 0.12
        script.play(rounds: 6)
        #expect(!script.state.trials.isEmpty)
        var copy = script
        let data = try JSONEncoder.stable.encode(script.state)
        copy.state = try JSONDecoder().decode(Constellation.State.self, from: data)
        #expect(try JSONEncoder.stable.encode(copy.state) == data)
        copy.play(rounds: 10)
        script.play(rounds: 10)
        #expect(copy.book == script.book)
        #expect(copy.clusters.count == 2)
    }
}
