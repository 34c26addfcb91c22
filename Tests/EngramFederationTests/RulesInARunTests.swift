// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

/// Every aggregation and every server step in a whole run: what it remembers is stored, and comes back after a crash.
@Suite(.timeLimit(.minutes(5))) struct RulesInARunTests {
    private func endsInTheSameBytes(_ change: (inout Recipe) -> Void) throws {
        let toy = try ToyFederation(groups: [0, 0, 0, 0, 0, 1, 1])
        let recipe = ToyFederation.recipe(change)
        var calm = ToyRun(recipe, toy)
        try calm.run()
        #expect(calm.machine.state.phase == .finished)
        var disturbed = ToyRun(recipe, toy)
        disturbed.chaos = SeededGenerator(seed: 3)
        disturbed.crashChance = 0.08
        try disturbed.run()
        #expect(disturbed.crashes > 0)
        #expect(try disturbed.machine.state.encoded() == calm.machine.state.encoded())
        for slot in calm.machine.state.book.slots { #expect(slot.version == recipe.rounds) }
    }

    @Test(arguments: Catalogue<any Aggregation>.aggregation.names) func aggregation(name: String) throws {
        var rule = try #require(Catalogue<any Aggregation>.aggregation.make(name))
        if var trust = rule as? FLTrust {
            trust.root = "a2"
            rule = trust
        }
        try endsInTheSameBytes { $0.aggregation = rule }
    }

    @Test(arguments: Catalogue<any ServerStep>.server.names) func server(name: String) throws {
        let step = try #require(Catalogue<any ServerStep>.server.make(name))
        try endsInTheSameBytes { $0.server = step }
    }
}
