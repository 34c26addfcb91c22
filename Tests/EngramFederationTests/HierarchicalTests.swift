// SPDX-License-Identifier: Apache-2.0
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct HierarchicalTests {
    private func grouping(_ change: (inout Hierarchical) -> Void = { _ in }) -> Hierarchical {
        var grouping = Hierarchical()
        change(&grouping)
        return grouping
    }

    @Test(arguments: [[0, 1, 0, 1, 1, 0], [0, 0, 2, 1, 2, 1, 0]], [[], [8]]) func plantedGroupsAreFound(
        groups: [Int], hidden: [Int]
    )
        throws
    {
        let found = try ToyGrouping(grouping(), groups: groups) { $0.hidden = hidden }
        #expect(found.rand == 1)
        #expect(found.book.lineage.count { $0.event == .split } == 1)
    }

    @Test(arguments: UpdateDistance.allCases, Agglomeration.Linkage.allCases) func everyDistanceAndLinkageFindsThem(
        distance: UpdateDistance, linkage: Agglomeration.Linkage
    ) throws {
        let grouping = grouping {
            ($0.distance, $0.linkage) = (distance, linkage)
            $0.clusters = 2
        }
        #expect(try ToyGrouping(grouping, groups: [0, 1, 0, 1, 1, 0], rounds: 5).rand == 1)
    }

    @Test func identicalAgentsStayTogether() throws {
        #expect(try ToyGrouping(grouping(), groups: [0, 0, 0, 0, 0]).book.clusters.count == 1)
    }

    /// The round of clustering tells the agents apart and moves no model.
    @Test func clustersStartFromTheModelBeforeTheClustering() throws {
        let before = try ToyGrouping(grouping(), groups: [0, 1, 0, 1], rounds: 3)
        let after = try ToyGrouping(grouping(), groups: [0, 1, 0, 1], rounds: 4)
        #expect(before.book.clusters.count == 1 && after.book.clusters.count == 2)
        let common = before.model(.cluster(1))
        for cluster in after.book.clusters { #expect(after.model(cluster.id) == common) }
    }

    @Test func aCommonClusterLosesNoRound() throws {
        let found = try ToyGrouping(grouping { $0.clusters = 1 }, groups: [0, 1], rounds: 6)
        let plain = try ToyGrouping(Everyone(), groups: [0, 1], rounds: 6)
        #expect(found.model(.cluster(1)) == plain.model(.cluster(1)))
    }

    @Test func moreClustersThanAgents() throws {
        #expect(try ToyGrouping(grouping { $0.clusters = 9 }, groups: [0, 1, 0]).book.clusters.count == 3)
    }

    @Test(arguments: [1, 5]) func whoComesLateIsPlaced(round: Int) throws {
        let found = try ToyGrouping(grouping(), groups: [0, 1, 0, 1, 1, 0, 1], rounds: 9, late: [6: round])
        #expect(found.rand == 1)
        #expect(found.book.lineage.contains { $0.event == .placed } == (round > 4))
    }

    @Test func wardNeedsEuclideanDistances() throws {
        #expect(throws: RecipeError.self) { try Recipe(yaml: "grouping: {kind: hierarchical, linkage: ward}") }
        _ = try Recipe(yaml: "grouping: {kind: hierarchical, linkage: ward, distance: l2}")
        #expect(throws: RecipeError.self) { try Recipe(yaml: "grouping: {kind: hierarchical, distance: l3}") }
    }
}
