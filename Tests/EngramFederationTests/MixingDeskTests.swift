// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

/// One slot per agent, whose models are halfway between what the agent trained and what all did: the smallest grouping that mixes.
private struct Halfway: Grouping {
    static let name = "halfway"
    static let summary = ""

    struct State: Codable, Sendable { var seen: [Double] = [] }

    func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) -> State {
        for member in members {
            book.found(book.open(.cluster, model: initial(0)), members: [member.id], round: 0, reason: "")
        }
        return State()
    }
    func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {}
    func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        let own = book.cluster(of: agent)?.id
        return Offers(book.clusters.map { ($0.id, $0.id == own ? .home : .probe) }, shares: true, describes: true)
    }
    func descriptorCount(_ network: Network) -> Int? { 2 }
    func descriptor(_ shard: Shard, network: Network) -> [Float] { [Float(shard.train.count), 1] }
    func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        for agent in evidence.agents {
            let shares = agent.slots.values.compactMap(\.share).reduce(0, +)
            state.seen += (evidence.table[agent.agent] ?? []) + (agent.descriptor ?? []).map { Double($0) } + [shares]
        }
    }
    var mixes: Bool { true }
    func mix(_ desk: inout MixingDesk, state: State) throws {
        var mean = [Float](repeating: 0, count: desk.layout.count)
        for i in desk.entries.indices { Kernels.axpy(1 / Float(desk.entries.count), try desk.trained(i), into: &mean) }
        for (i, entry) in desk.entries.enumerated() {
            var model = try desk.trained(i)
            Kernels.scale(0.5, &model)
            Kernels.axpy(0.5, mean, into: &model)
            desk.models[entry.home] = model
            desk.table[entry.agent] = [Double(desk.round)]
        }
        desk.vectors["rounds"] = [(desk.vectors["rounds"]?.first ?? 0) + 1]
    }
}

@Suite(.timeLimit(.minutes(5))) struct MixingDeskTests {
    private func run(_ crashChance: Double = 0) throws -> ToyRun {
        var run = ToyRun(
            ToyFederation.recipe {
                $0.grouping = Halfway()
                $0.hidden = [3]
            }, try ToyFederation(groups: [0, 1, 2]))
        if crashChance > 0 { run.chaos = SeededGenerator(seed: 9) }
        run.crashChance = crashChance
        try run.run()
        return run
    }

    @Test func mixedModelsDrawNearerAndVectorsAreKept() throws {
        let run = try run()
        let layout = try #require(run.machine.exchange?.layout)
        let models = try run.slots.keys.sorted().map { slot in
            try ParameterSet(safetensors: run.blobs[run.slots[slot] ?? Digest(of: [])] ?? [], layout: layout).values
        }
        let own = try (0..<3).map { i in
            try #require(run.memories[.toy(i)]?[4]?.personal[.cluster(i + 1)]).values
        }
        // Half of the way to the mean takes half of every distance.
        for (i, j) in [(0, 1), (0, 2), (1, 2)] {
            let mixed = Kernels.norm(Kernels.subtract(models[i], models[j]))
            #expect(abs(mixed / Kernels.norm(Kernels.subtract(own[i], own[j])) - 0.5) < 1e-3)
        }
        let vectors = try #require(run.machine.state.vectors)
        #expect(try Safetensors(parsing: try #require(run.blobs[vectors])).tensor("rounds").floats() == [4])
    }

    @Test func reviewHearsOfTablesDescriptorsAndShares() throws {
        let seen = try JSONDecoder().decode(Halfway.State.self, from: run().machine.state.grouping).seen
        #expect(seen.count == 4 * 3 * 4)
        #expect(Array(seen.prefix(4)) == [1, 24, 1, 1])
    }

    @Test func crashesChangeNothing() throws {
        let wild = try run(0.1)
        #expect(wild.crashes > 0)
        #expect(try wild.slots == run().slots)
    }
}
