// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

extension ToyFederation {
    /// Two classes; the features of group g lie, but for a little noise, in the plane of coordinates 2g and 2g + 1 of eight.
    init(planes groups: [Int]) throws {
        var shards: [AgentID: Shard] = [:]
        for (i, group) in groups.enumerated() {
            var generator = SeededGenerator(seed: 3, "plane", String(i))
            var features: [Float] = []
            var labels: [Int32] = []
            for _ in 0..<60 {
                let label = Int32(generator.below(2))
                features += (0..<8).map { j in
                    let inside = j / 2 == group
                    return Float((inside ? 1 : 0.02) * generator.normal() + (inside ? label == 1 ? 2 : -2 : 0))
                }
                labels.append(label)
            }
            let data = try Dataset(features: .float32(features), dimension: 8, targets: .classes(labels))
            shards[.toy(i)] = try Shard(
                observer: "a\(i)", task: .classes, classes: 2, truth: "g\(group)", data: data, train: Array(0..<30),
                validation: Array(30..<45), test: Array(45..<60))
        }
        self.init(shards: shards)
    }
}

@Suite(.timeLimit(.minutes(5))) struct PACFLTests {
    private func grouping(_ change: (inout PACFL) -> Void = { _ in }) -> PACFL {
        var grouping = PACFL()
        grouping.directions = 1
        change(&grouping)
        return grouping
    }

    private func found(_ grouping: PACFL, _ groups: [Int], rounds: Int = 4, late: [Int: Int] = [:]) throws -> ToyGrouping {
        try ToyGrouping(grouping, groups: [], rounds: rounds, late: late, toy: ToyFederation(planes: groups))
    }

    @Test(arguments: [[0, 1, 0, 1, 1, 0], [0, 0, 2, 1, 2, 1, 0]]) func plantedPlanesAreFound(groups: [Int]) throws {
        for grouping in [grouping(), grouping { $0.clusters = Set(groups).count }] {
            let found = try found(grouping, groups)
            #expect(found.rand == 1)
            #expect(found.book.clusters.count == Set(groups).count)
        }
    }

    @Test func theSumOfAnglesFindsThemWithMoreDirections() throws {
        let found = try found(
            grouping {
                $0.measure = .sum
                $0.directions = 2
                $0.clusters = 2
            }, [0, 1, 0, 1, 1, 0])
        #expect(found.rand == 1)
    }

    @Test func clustersAreFoundOnceAndStartFromTheModelOfTheFirstRound() throws {
        let found = try found(grouping(), [0, 1, 0, 1], rounds: 1)
        let plain = try ToyGrouping(Everyone(), groups: [], rounds: 1, toy: ToyFederation(planes: [0, 1, 0, 1]))
        #expect(found.book.clusters.count == 2)
        for cluster in found.book.clusters { #expect(found.model(cluster.id) == plain.model(.cluster(1))) }
        #expect(found.book.lineage.count { $0.event == .split } == 1)
    }

    @Test func descriptorsTravelOnceAndStayOutOfTheState() throws {
        let grouping = grouping()
        let found = try found(grouping, [0, 1, 0, 1, 0, 1, 0, 1])
        let network = try #require(found.run.machine.network)
        #expect(grouping.descriptorCount(network) == 2 * 1 * 8)
        let state = try JSONDecoder().decode(PACFL.State.self, from: found.run.machine.state.grouping)
        #expect(state.centres.count == 2)
        #expect(!grouping.offers(to: .toy(0), round: 2, state: state, book: found.book).describes)
    }

    @Test func whoComesLateJoinsTheNearestOrFoundsItsOwn() throws {
        let found = try found(grouping(), [0, 1, 0, 1, 1, 0, 1, 3], rounds: 6, late: [6: 2, 7: 3])
        #expect(found.rand == 1)
        #expect(found.book.clusters.count == 3)
        #expect(found.home(7).flatMap { found.book.cluster($0) }?.members == [.toy(7)])
        let counted = try self.found(grouping { $0.clusters = 2 }, [0, 1, 0, 1, 1, 0, 1, 3], rounds: 6, late: [6: 2, 7: 3])
        #expect(counted.book.clusters.count == 2)
    }

    @Test func identicalAgentsStayTogetherAndCountsMayExceedAgents() throws {
        #expect(try found(grouping(), [1, 1, 1]).book.clusters.count == 1)
        #expect(try found(grouping { $0.clusters = 9 }, [0, 1, 0]).book.clusters.count == 3)
    }

    @Test func malformedDescriptorsPlaceNobody() throws {
        let grouping = grouping()
        var book = ClusterBook()
        let profile = AgentProfile(task: .classes, inputs: 4, classes: 2, train: 9, validation: 9, test: 9, truth: nil)
        let members = (0..<4).map { Member(id: .toy($0), profile: profile) }
        var state = grouping.begin(members, book: &book, initial: { _ in .init(of: []) })
        func evidence(_ round: Int, _ told: [[Float]]) -> RoundEvidence {
            RoundEvidence(
                round: round, rounds: 5,
                agents: told.enumerated().map { i, numbers in
                    var one = AgentEvidence(
                        agent: .toy(i), home: .cluster(1), rows: 9, slots: [:], signature: nil, rowsOfReport: nil)
                    one.descriptor = numbers
                    return one
                }, meanNorms: [:])
        }
        let wrong: [[Float]] = [
            [1, 2, 3], [Float](repeating: .nan, count: 8), [Float](repeating: 7, count: 8), [Float](repeating: 0, count: 8),
        ]
        grouping.review(evidence(1, wrong), state: &state, book: &book)
        #expect(!state.isDivided && book.clusters.count == 1)
        let right: [[Float]] = [[1, 0, 0, 0, 0, 1, 0, 0], [0, 0, 1, 0, 0, 0, 0, 1]]
        grouping.review(evidence(2, right), state: &state, book: &book)
        #expect(book.clusters.map(\.members) == [[.toy(0), .toy(2), .toy(3)], [.toy(1)]])
        #expect(grouping.offers(to: .toy(2), round: 3, state: state, book: book).describes)
        grouping.review(evidence(3, [right[0], right[1], [5], right[1]]), state: &state, book: &book)
        #expect(book.clusters.map(\.members) == [[.toy(0), .toy(2)], [.toy(1), .toy(3)]])
        #expect(grouping.counts(.toy(2), state: state))
    }

    @Test func wardIsRefused() {
        #expect(throws: RecipeError.self) { try Recipe(yaml: "grouping: {kind: pacfl, linkage: ward}") }
    }
}
