// SPDX-License-Identifier: Apache-2.0
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct IFCATests {
    private func grouping(_ clusters: Int, warmUp: Int = 3, restarts: Int = 10, seed: Int = 1) -> IFCA {
        var grouping = IFCA()
        (grouping.clusters, grouping.warmUp, grouping.restarts, grouping.seed) = (clusters, warmUp, restarts, seed)
        return grouping
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6]) func restartsFindTheGroupsWhateverTheSeed(seed: Int) throws {
        let found = try ToyGrouping(grouping(3, seed: seed), groups: [0, 0, 0, 2, 1, 2, 1, 0], rounds: 6)
        #expect(found.rand == 1)
    }

    @Test func moreRestartsAreNeverLooser() throws {
        var last = Double.infinity
        for restarts in [1, 3, 30] {
            let found = try ToyGrouping(grouping(4, restarts: restarts), groups: [0, 0, 0, 2, 1, 2, 1, 0], rounds: 4)
            let split = try #require(found.book.lineage.first { $0.event == .split })
            let dispersion = try #require(split.figures["dispersion"])
            #expect(dispersion <= last)
            last = dispersion
        }
    }

    @Test func whoComesLateChoosesForItself() throws {
        let found = try ToyGrouping(grouping(2), groups: [0, 1, 0, 1, 1, 0, 1, 0], rounds: 8, late: [6: 1, 7: 5])
        #expect(found.rand == 1)
    }

    @Test func equalStartsAreRefused() throws {
        #expect(throws: RecipeError.self) { try Recipe(yaml: "preset: ifca\nmodel: {hidden: []}\ngrouping: {warm_up: 0}") }
        _ = try Recipe(yaml: "preset: ifca\nmodel: {hidden: [4]}\ngrouping: {warm_up: 0}")
    }
}
