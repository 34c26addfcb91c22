// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// Groupings with a model for each agent: FedU and FedAMP, by their limits.
@Suite(.timeLimit(.minutes(5))) struct OwnModelsTests {
    private func run(
        _ grouping: any Grouping, groups: [Int] = [0, 1, 0, 1], rounds: Int = 4, _ change: (inout Recipe) -> Void = { _ in }
    ) throws -> ToyRun {
        var run = ToyRun(
            ToyFederation.recipe {
                $0.hidden = [4]
                $0.grouping = grouping
                $0.rounds = rounds
                change(&$0)
            }, try ToyFederation(groups: groups))
        try run.run()
        return run
    }

    private func laplacian(pull: Double, edges: Laplacian.Edges = .equal) -> Laplacian {
        var grouping = Laplacian()
        (grouping.pull, grouping.edges) = (pull, edges)
        return grouping
    }

    private func attention(sigma: Double) -> Attention {
        var grouping = Attention()
        grouping.sigma = sigma
        return grouping
    }

    private func model(_ run: ToyRun, _ agent: Int) throws -> [Float] {
        let layout = try #require(run.machine.exchange?.layout)
        let slot = try #require(run.machine.state.book.cluster(of: .toy(agent))?.id)
        return try ParameterSet(safetensors: run.blobs[try #require(run.slots[slot])] ?? [], layout: layout).values
    }

    /// What an agent's last training ended in, before the mixing.
    private func trained(_ run: ToyRun, _ agent: Int) throws -> [Float] {
        let slot = try #require(run.machine.state.book.cluster(of: .toy(agent))?.id)
        return try #require(run.memories[.toy(agent)]?[run.recipe.rounds]?.personal[slot]).values
    }

    private func distance(_ a: [Float], _ b: [Float]) -> Double { Kernels.norm(Kernels.subtract(a, b)) }

    @Test func withoutPullOrReachEveryoneIsAlone() throws {
        for grouping in [laplacian(pull: 0) as any Grouping, attention(sigma: 1e-9)] {
            let together = try run(grouping)
            for agent in 0..<4 {
                var alone = ToyRun(
                    together.recipe,
                    ToyFederation(shards: together.participants.filter { $0.key == .toy(agent) }.mapValues(\.shard)))
                try alone.run()
                #expect(try model(together, agent) == model(alone, 0 + agent))
            }
        }
    }

    @Test func fullPullOfTwoExchangesTheirModels() throws {
        let run = try run(laplacian(pull: 1), groups: [0, 1])
        #expect(try distance(model(run, 0), trained(run, 1)) < 1e-6)
        #expect(try distance(model(run, 1), trained(run, 0)) < 1e-6)
    }

    @Test(arguments: Laplacian.Edges.allCases) func symmetricEdgesKeepTheMean(edges: Laplacian.Edges) throws {
        let run = try run(laplacian(pull: 0.6, edges: edges))
        var before = [Float](repeating: 0, count: try model(run, 0).count), after = before
        for agent in 0..<4 {
            Kernels.axpy(0.25, try trained(run, agent), into: &before)
            Kernels.axpy(0.25, try model(run, agent), into: &after)
        }
        #expect(distance(before, after) < 1e-5)
        #expect(try distance(model(run, 0), trained(run, 0)) > 1e-2)
    }

    @Test func wideAttentionIsThePlainMean() throws {
        let run = try run(attention(sigma: 1e9))
        var mean = [Float](repeating: 0, count: try model(run, 0).count)
        for agent in 0..<4 { Kernels.axpy(0.25, try trained(run, agent), into: &mean) }
        for agent in 0..<4 { #expect(try distance(model(run, agent), mean) < 1e-5) }
    }

    @Test func attentionFallsWithDistance() {
        let weights = Attention.attention([[0, 0], [1, 0], [0, 3]], sigma: 1)
        for row in weights { #expect(abs(row.reduce(0, +) - 1) < 1e-12) }
        // Mean squared distance (1 + 9 + 10) / 3.
        #expect(abs(weights[0][1] / weights[0][0] - 0.8607079764) < 1e-9)
        #expect(abs(weights[0][2] / weights[0][0] - 0.2592402606) < 1e-9)
        #expect(Attention.attention([[1], [1]], sigma: 1e-9) == [[0.5, 0.5], [0.5, 0.5]])
    }

    /// Soft clusters: models of one kind end nearer to each other than to others', and each agent is told of one of its kind.
    @Test func similarAgentsDrawNear() throws {
        for grouping in [Laplacian() as any Grouping, Attention()] {
            let run = try run(grouping, rounds: 8)
            for (a, b, c) in [(0, 2, 1), (1, 3, 0), (2, 0, 3), (3, 1, 2)] {
                #expect(try distance(model(run, a), model(run, b)) < distance(model(run, a), model(run, c)))
            }
            let process = try grouping.resumed(from: run.machine.state.grouping)
            let book = run.machine.state.book
            let near = try #require(process.alternative(for: .toy(0), book: book))
            #expect(book.cluster(near.cluster)?.members == [.toy(2)])
        }
    }

    @Test func newcomersStartFromTheReference() throws {
        var book = ClusterBook()
        let model = Digest(of: [1])
        func member(_ number: Int) -> Member { Member(id: .toy(number), profile: ToyFederation.profile) }
        try book.foundOwnModels([member(0), member(1)], model: model, for: "x")
        let reference = Digest(of: [2])
        _ = book.open(.reference, model: reference)
        book.foundOwnModels(newcomers: [member(2)], round: 3)
        #expect(book.clusters.map(\.members) == [[.toy(0)], [.toy(1)], [.toy(2)]])
        #expect(try book.slot(#require(book.cluster(of: .toy(2))).id)?.model == reference)
        #expect(throws: RecipeError.self) {
            try book.foundOwnModels((0...ClusterBook.ownModelsLimit).map(member), model: model, for: "x")
        }
        book.foundOwnModels(newcomers: (3...ClusterBook.ownModelsLimit).map(member), round: 3)
        #expect(book.clusters.count == ClusterBook.ownModelsLimit)
        #expect(book.clusters.flatMap(\.members).count == ClusterBook.ownModelsLimit + 1)
    }

    @Test(arguments: [
        "{preset: fed3r, grouping: attention}", "{preset: pfedhn, aggregation: krum}", "{preset: fedu, signature: {size: 32}}",
        "{preset: fedamp, sharing: none, training: scaffold}",
    ])
    func whatCannotBeMixedIsRefused(text: String) {
        #expect(throws: RecipeError.self) { try Recipe(yaml: text) }
    }
}
