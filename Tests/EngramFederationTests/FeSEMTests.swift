// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct FeSEMTests {
    private func grouping(_ clusters: Int, weighted: Bool = false) -> FeSEM {
        var grouping = FeSEM()
        (grouping.clusters, grouping.weighted) = (clusters, weighted)
        return grouping
    }

    @Test(arguments: [[0, 1, 0, 1, 1, 0], [0, 0, 2, 1, 2, 1, 0]], [false, true]) func plantedGroupsAreFound(
        groups: [Int], weighted: Bool
    ) throws {
        let found = try ToyGrouping(grouping(Set(groups).count, weighted: weighted), groups: groups)
        #expect(found.rand == 1)
    }

    /// One round of E and M by hand: uploads of unlike sizes, a move from one centre to another, and a centre without agents.
    @Test(arguments: [false, true]) func expectationAndMaximisation(weighted: Bool) throws {
        let grouping = grouping(3, weighted: weighted)
        let centres: [[Float]] = [[0, 0], [10, 0], [0, 50]]
        var desk = try MixingDesk.toy(
            grouping, round: 2, models: centres,
            uploads: [
                .init(agent: 0, home: 1, rows: 10, update: [1, 1]), .init(agent: 1, home: 1, rows: 30, update: [9, -1]),
                .init(agent: 2, home: 2, rows: 20, update: [2, 0]), .init(agent: 3, home: 2, rows: 10, update: [-7, 0]),
            ])
        var book = ClusterBook()
        var state = grouping.begin(
            [Member(id: .toy(0), profile: ToyFederation.profile)], book: &book, initial: { _ in .init(of: []) })
        // Stand-ins for slots c1, c2, c3 as the centres.
        state.founding = try #require(Self.founded([.cluster(1), .cluster(2), .cluster(3)]))
        try grouping.mix(&desk, state: state)
        // Models (1, 1), (9, −1), (12, 0), (3, 0): the second moves to centre 2, the fourth to centre 1.
        let weights: [Double] = weighted ? [10, 30, 20, 10] : [1, 1, 1, 1]
        #expect(desk.table.mapValues { $0[0] } == [.toy(0): 0, .toy(1): 1, .toy(2): 1, .toy(3): 0])
        #expect(desk.models[.cluster(1)] == mean([[1, 1], [3, 0]], weights: [weights[0], weights[3]]))
        #expect(desk.models[.cluster(2)] == mean([[9, -1], [12, 0]], weights: [weights[1], weights[2]]))
        #expect(desk.models[.cluster(3)] == [0, 50])
    }

    static func founded(_ slots: [SlotID]) -> Founding? {
        let names = slots.map { "\"\($0)\"" }.joined(separator: ",")
        return try? JSONDecoder().decode(
            Founding.self, from: Data("{\"root\": \"c0\", \"spares\": [], \"groups\": [\(names)]}".utf8))
    }

    @Test func aCentreIsTheMeanOfItsAgentsModels() throws {
        for weighted in [false, true] {
            let found = try ToyGrouping(grouping(2, weighted: weighted), groups: [0, 1, 0, 1, 1], rounds: 3)
            for cluster in found.filled {
                let models = (0..<5).filter { cluster.members.contains(.toy($0)) }.map {
                    found.trained($0, round: 3, slot: cluster.id)
                }
                #expect(gap(found.model(cluster.id), mean(models, weights: models.map { _ in 24 })) < 1e-6)
            }
        }
    }

    @Test func withOneCentreItIsFederatedAveraging() throws {
        let found = try ToyGrouping(grouping(1, weighted: true), groups: [0, 1, 0], rounds: 4)
        let plain = try ToyGrouping(Everyone(), groups: [0, 1, 0], rounds: 4)
        #expect(gap(found.model(.cluster(1)), plain.model(.cluster(1))) < 1e-5)
    }

    @Test func whoComesLateTakesTheCentreThatServesItBest() throws {
        let found = try ToyGrouping(grouping(2), groups: [0, 1, 0, 1, 1, 0, 1, 0], rounds: 7, late: [6: 3, 7: 3])
        #expect(found.rand == 1)
    }

    @Test func moreCentresThanAgents() throws {
        #expect(try (1...3).contains(ToyGrouping(grouping(9), groups: [0, 1, 0]).filled.count))
    }

    @Test func noOtherMeanIsPossible() {
        #expect(throws: RecipeError.self) { try Recipe(yaml: "preset: fesem\naggregation: trimmed_mean") }
        #expect(throws: RecipeError.self) { try Recipe(yaml: "preset: wecfl\nserver: momentum") }
    }
}
