// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct CFLTests {
    private func grouping(exact: Bool, _ linkage: Agglomeration.Linkage = .complete) -> CFL {
        var grouping = CFL()
        (grouping.exact, grouping.linkage) = (exact, linkage)
        // Toy updates fade less than those of real data.
        (grouping.ratio, grouping.start) = (0.7, 3)
        return grouping
    }

    @Test(arguments: [true, false], [Agglomeration.Linkage.complete, .single]) func plantedGroupsAreFound(
        exact: Bool, linkage: Agglomeration.Linkage
    ) throws {
        let found = try ToyGrouping(grouping(exact: exact, linkage), groups: [0, 1, 0, 1, 1, 0], rounds: 20)
        #expect(found.rand == 1)
    }

    @Test(arguments: [true, false]) func identicalAgentsStayTogether(exact: Bool) throws {
        #expect(try ToyGrouping(CFL(), groups: [0, 0, 0, 0, 0, 0], rounds: 12).book.clusters.count == 1)
    }

    private func desk(_ updates: [[Float]], round: Int = 9) throws -> MixingDesk {
        try .toy(
            CFL(), round: round, models: [[Float](repeating: 0, count: updates[0].count)],
            uploads: updates.enumerated().map { .init(agent: $0, home: 1, update: $1) })
    }

    /// Over all cuts into two, the single linkage of full updates has the least greatest cosine across.
    @Test func theOptimalCutIsFoundOnFullUpdates() throws {
        for seed in 0..<6 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed, "cfl")
            var updates = (0..<7).map { _ in (0..<5).map { _ in Float(generator.normal()) } }
            let centre = mean(updates, weights: [Double](repeating: 1, count: 7))
            // The common update has faded.
            updates = updates.map { Kernels.subtract($0, centre) }
            var desk = try desk(updates)
            try grouping(exact: true, .single).mix(&desk, state: CFL.State())
            func cross(_ side: (Int) -> Bool) -> Double {
                var greatest = -1.0
                for i in 0..<7 {
                    for j in 0..<i where side(i) != side(j) {
                        greatest = max(
                            greatest, Kernels.dot(updates[i], updates[j]) / Kernels.norm(updates[i]) / Kernels.norm(updates[j]))
                    }
                }
                return greatest
            }
            let least = (1..<(1 << 6)).map { mask in cross { mask >> $0 & 1 == 1 } }.min() ?? 1
            let told = try (0..<7).map { try #require(desk.table[.toy($0)]) }
            #expect(abs(told[0][1] - least) < 1e-6)
            #expect(abs(cross { told[$0][0] == 1 } - least) < 1e-6)
            #expect(told.allSatisfy { $0[2] < 1e-5 })
        }
    }

    @Test func nothingIsComparedWhileTheCommonUpdateIsStrong() throws {
        var strong = try desk([[1, 0], [1, 0.1], [1, -0.1], [0.9, 0]])
        try CFL().mix(&strong, state: CFL.State())
        #expect(strong.table.isEmpty)
        var early = try desk([[1, 0], [-1, 0], [1, 0], [-1, 0]], round: 1)
        try CFL().mix(&early, state: CFL.State())
        #expect(early.table.isEmpty)
        var zero = try desk([[0, 0], [0, 0], [0, 0], [0, 0]])
        try CFL().mix(&zero, state: CFL.State())
        #expect(zero.table.isEmpty)
    }

    @Test func otherLinkagesAndCohortsAreRefused() {
        #expect(throws: RecipeError.self) { try Recipe(yaml: "grouping: {kind: cfl, linkage: average}") }
        #expect(throws: RecipeError.self) { try Recipe(yaml: "grouping: cfl\ncohort: sampled") }
    }
}
