// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

/// The same end, whatever the order of arrival and wherever the coordinator dies.
@Suite(.timeLimit(.minutes(5))) struct RestartTests {
    private func run(
        _ recipe: Recipe, _ toy: ToyFederation, chaos: SeededGenerator? = nil, crashChance: Double = 0
    ) throws -> ToyRun {
        var run = ToyRun(recipe, toy)
        run.chaos = chaos
        run.crashChance = crashChance
        try run.run()
        return run
    }

    static let recipes: [(name: String, recipe: Recipe)] = [
        (
            "constellation",
            ToyFederation.recipe {
                $0.rounds = 9
                var grouping = Constellation()
                (grouping.start, grouping.trial, grouping.significance) = (2, 2, 0.05)
                grouping.probeEvery = 2
                $0.grouping = grouping
                $0.globalReference = true
                $0.localReference = true
            }
        ),
        (
            "lossy, with momentum, a head of one's own and Ditto",
            ToyFederation.recipe {
                $0.hidden = [4]
                $0.codec = (try? UpdateCodec([.topK(fraction: 0.2), .int8], deflate: true)) ?? .exact
                $0.server = MomentumStep()
                $0.sharing = ShareBase()
                $0.training = DittoTraining()
            }
        ),
        (
            "ifca, sampled",
            ToyFederation.recipe {
                $0.rounds = 6
                var grouping = IFCA()
                (grouping.clusters, grouping.warmUp) = (2, 2)
                $0.grouping = grouping
                $0.cohort = SampledCohort()
                $0.aggregation = TrimmedMean()
            }
        ),
    ]

    @Test(arguments: 0..<recipes.count) func endsInTheSameBytes(which: Int) throws {
        let recipe = Self.recipes[which].recipe
        let toy = try ToyFederation(groups: [0, 1, 0, 1, 0, 1])
        let calm = try run(recipe, toy)
        let end = try calm.machine.state.encoded()
        #expect(calm.machine.state.phase == .finished)
        if which == 0 { #expect(calm.machine.state.book.clusters.count > 1) }

        let shuffled = try run(recipe, toy, chaos: SeededGenerator(seed: 5))
        #expect(try shuffled.machine.state.encoded() == end)
        #expect(shuffled.crashes == 0)

        for seed in 1...3 {
            let disturbed = try run(recipe, toy, chaos: SeededGenerator(seed: UInt64(seed)), crashChance: 0.08)
            #expect(disturbed.crashes > 3)
            #expect(disturbed.slots == calm.slots)
            #expect(try disturbed.machine.state.encoded() == end)
        }
    }

    @Test func theStateOfEveryCommitComesBackAsItWas() throws {
        var run = ToyRun(Self.recipes[0].recipe, try ToyFederation(groups: [0, 1, 0, 1]))
        try run.run()
        let stored = try #require(run.stored)
        #expect(try RunState(decoding: stored).encoded() == stored)
        for text in ["", "{}", "[]", "{\"run\":\"../x\"}", String(decoding: stored.prefix(stored.count / 2), as: UTF8.self)] {
            #expect(throws: (any Error).self) { try RunState(decoding: Data(text.utf8)) }
        }
    }
}
