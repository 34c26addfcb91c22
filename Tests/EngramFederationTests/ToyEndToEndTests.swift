// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import Testing

@testable import EngramFederation

/// The whole core on small data: no count, no label, and the groups are found.
@Suite(.timeLimit(.minutes(5))) struct ToyEndToEndTests {
    private func report(_ groups: [Int], _ change: (inout Recipe) -> Void) throws -> Report {
        var run = ToyRun(
            ToyFederation.recipe {
                $0.grouping = Constellation()
                $0.rounds = 20
                $0.globalReference = true
                $0.localReference = true
                change(&$0)
            }, try ToyFederation(groups: groups))
        try run.run()
        return Report(
            state: run.machine.state, recipe: run.recipe, summaries: run.summaries, engine: .simulate, cost: Report.Cost())
    }

    @Test(arguments: [[], [8]]) func twoGroupsAreFound(hidden: [Int]) throws {
        let summary = try report([0, 1, 0, 1, 0, 1, 0, 1]) { $0.hidden = hidden }.summary
        #expect(summary.clusterCount == 2)
        #expect(summary.adjustedRandIndex == 1)
        #expect((summary.mean[.cluster] ?? 0) > (summary.mean[.global] ?? 1) + 0.2)
        #expect((summary.mean[.cluster] ?? 0) > (summary.mean[.majority] ?? 1) + 0.2)
    }

    @Test func twoOfEightAreFound() throws {
        let summary = try report([0, 0, 0, 1, 0, 0, 1, 0]) { _ in }.summary
        #expect(summary.adjustedRandIndex == 1)
    }

    @Test func identicalAgentsStayTogether() throws {
        let summary = try report([Int](repeating: 0, count: 8)) { _ in }.summary
        #expect(summary.clusterCount == 1)
        #expect((summary.mean[.cluster] ?? 0) > 0.8)
    }
}
