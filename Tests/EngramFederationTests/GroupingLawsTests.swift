// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

/// What holds for every grouping of the catalogue.
@Suite(.timeLimit(.minutes(5))) struct GroupingLawsTests {
    static let names = Catalogue<any Grouping>.grouping.names

    private func recipe(_ name: String) -> Recipe {
        ToyFederation.recipe {
            $0.grouping = Catalogue.grouping.make(name) ?? Everyone()
            $0.rounds = 7
        }
    }

    @Test(arguments: names) func stateComesBackMidRun(name: String) throws {
        let recipe = recipe(name)
        var script = MachineScript(recipe)
        for agent in 0..<6 { script.connect(agent) }
        for round in 1...5 {
            for agent in 0..<6 { script.upload(agent) }
            #expect(script.machine.state.round == round)
            let data = script.machine.state.grouping
            let process = try recipe.grouping.resumed(from: data)
            #expect(try process.encodedState() == data)
            let book = script.machine.state.book
            for agent in 0..<6 {
                let (held, back) = (script.machine.process, process)
                #expect(
                    held?.offers(to: .toy(agent), round: round + 1, book: book)
                        == back.offers(to: .toy(agent), round: round + 1, book: book))
                #expect(held?.counts(.toy(agent)) == back.counts(.toy(agent)))
            }
        }
        #expect(throws: (any Error).self) { try recipe.grouping.resumed(from: Data("[3".utf8)) }
    }

    @Test(arguments: names) func anAgentAloneEndsWithItsOwnModel(name: String) throws {
        let toy = try ToyFederation(groups: [1])
        var run = ToyRun(
            ToyFederation.recipe {
                $0.grouping = Catalogue.grouping.make(name) ?? Everyone()
                $0.hidden = [3]
                $0.rounds = 1
            }, toy)
        try run.run()
        let home = try #require(run.machine.state.book.cluster(of: .toy(0)))
        let slot = try #require(run.machine.state.book.slot(home.id))
        let layout = try #require(run.machine.exchange?.layout)
        let model = try ParameterSet(safetensors: run.blobs[slot.model] ?? [], layout: layout)
        let own = try #require(run.memories[.toy(0)]?[1]?.personal[home.id])
        #expect(Kernels.norm(Kernels.subtract(model.values, own.values)) < 1e-6 * Kernels.norm(own.values))
    }

    @Test(arguments: names) func clustersPartitionTheRoster(name: String) throws {
        let toy = try ToyFederation(groups: [0, 1, 2, 0, 1, 2, 0])
        var run = ToyRun(recipe(name), toy)
        try run.run()
        let state = run.machine.state
        #expect(state.phase == .finished)
        #expect(state.book.clusters.flatMap(\.members).sorted() == state.members.map(\.id))
        for cluster in state.book.clusters {
            #expect(state.book.slot(cluster.id)?.role == .cluster)
            #expect(cluster.members == cluster.members.sorted())
        }
        #expect(Set(state.book.slots.map(\.id)).count == state.book.slots.count)
    }

    @Test(arguments: names) func newcomersGetAHomeInTheNextRound(name: String) {
        var script = MachineScript(recipe(name))
        script.connect(0)
        script.connect(3)
        for _ in 0..<2 {
            script.upload(0)
            if script.machine.awaited.contains(.toy(3)) { script.upload(3) }
        }
        #expect(script.machine.state.members.map(\.id) == [.toy(0), .toy(3)])
        #expect(script.machine.state.book.cluster(of: .toy(3)) != nil)
        #expect(script.machine.assignment(for: .toy(3))?.offers.contains { $0.use == .home } == true)
    }

    @Test func givenPlacesByDeclaration() throws {
        var run = ToyRun(recipe("given"), try ToyFederation(groups: [0, 1, 0, 2]))
        try run.run()
        #expect(run.machine.state.book.clusters.map(\.members) == [[.toy(0), .toy(2)], [.toy(1)], [.toy(3)]])
    }

    @Test func everyoneAndGivenOfOneGroupAgree() throws {
        let toy = try ToyFederation(groups: [0, 0, 0])
        var a = ToyRun(recipe("everyone"), toy), b = ToyRun(recipe("given"), toy)
        try a.run()
        try b.run()
        #expect(a.slots == b.slots)
    }

    @Test func ifcaTellsTheGroupsApart() throws {
        var run = ToyRun(
            ToyFederation.recipe {
                var grouping = IFCA()
                grouping.clusters = 2
                $0.grouping = grouping
                $0.rounds = 8
            }, try ToyFederation(groups: [0, 1, 0, 1, 1, 0]))
        try run.run()
        let groups = run.machine.state.book.clusters.map { Set($0.members) }
        #expect(groups.contains([.toy(0), .toy(2), .toy(5)]))
        #expect(groups.contains([.toy(1), .toy(3), .toy(4)]))
    }
}
