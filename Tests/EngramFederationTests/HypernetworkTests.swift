// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct HypernetworkTests {
    private var grouping: Hypernetwork {
        var grouping = Hypernetwork()
        grouping.hidden = [12]
        grouping.embedding = 3
        return grouping
    }

    private static func member(_ number: Int) -> Member { Member(id: .toy(number), profile: ToyFederation.profile) }

    /// A desk at which agent i has trained the i-th model and wants it to become `wanted[i]`; without a wish it was absent.
    private func desk(_ models: [[Float]], wanted: [[Float]?], vectors: [String: [Float]] = [:]) throws -> MixingDesk {
        let layout = try ParameterLayout(tensors: [TensorSpec(name: "w", shape: [models[0].count])])
        var blobs: [Digest: [UInt8]] = [:]
        let parts = try models.enumerated().map { k, values in
            let bytes = try ParameterSet(layout: layout, values: values).safetensors(metadata: [:])
            blobs[Digest(of: bytes)] = bytes
            return FoldJob.Part(slot: .cluster(k + 1), model: Digest(of: bytes), memory: nil, contributors: [], weights: [])
        }
        var book = ClusterBook()
        let process = try grouping.started([Self.member(0)], book: &book) { _ in Digest(of: []) }
        let mixing = FoldJob.Mixing(
            process: process, vectors: nil,
            entries: wanted.indices.filter { wanted[$0] != nil }.map {
                .init(agent: .toy($0), home: .cluster($0 + 1), rows: 1, shares: [:])
            })
        var desk = try MixingDesk(
            job: FoldJob(round: 1, parts: parts, mixing: mixing), mixing: mixing,
            exchange: Exchange(
                network: Network(ModelSpec(inputs: 1, hidden: [], outputs: 1, task: .scores)), shared: layout), moves: [],
            blob: { blobs[$0] ?? [] }, read: { _, _ in [] })
        for (k, model) in wanted.enumerated() { if let model { desk.models[.cluster(k + 1)] = model } }
        desk.vectors = vectors
        return desk
    }

    private let start: [Float] = [1, -2, 0.5]
    private let goals: [[Float]?] = [[2, -2, 0.5], [1, -3, 0.5], [0, -1, 1.5]]

    /// Rounds in which agents move three tenths of the way to what they want.
    private func rounds(_ count: Int, _ grouping: Hypernetwork) throws -> MixingDesk {
        var last = try desk([start, start, start], wanted: goals)
        for _ in 0..<count {
            let models = (1...3).compactMap { last.models[.cluster($0)] }
            last = try desk(
                last.vectors.isEmpty ? [start, start, start] : models,
                wanted: zip(last.vectors.isEmpty ? [start, start, start] : models, goals).map { model, goal in
                    zip(model, goal ?? []).map { $0 + 0.3 * ($1 - $0) }
                }, vectors: last.vectors)
            try grouping.mix(&last, state: .init())
        }
        return last
    }

    @Test(arguments: [2, 65_536]) func agentsGetWhatTheyWant(chunk: Int) throws {
        var grouping = grouping
        grouping.chunk = chunk
        grouping.descent.weightDecay = 0
        let made = try rounds(1500, grouping)
        for (k, goal) in goals.enumerated() {
            let model = try #require(made.models[.cluster(k + 1)])
            #expect(Kernels.norm(Kernels.subtract(model, goal ?? [])) < 0.2)
        }
    }

    /// The first step from h = 0 moves the last layer only, so that the model moves by rate · mean over agents of (1 +
    /// ⟨features⟩) Δ: all agents that trained alike end alike, in the direction of what they trained.
    @Test func theFirstStepGoesWhereTheAgentsWent() throws {
        var first = try desk([start, start], wanted: [[2, -2, 0.5], [2, -2, 0.5]])
        try grouping.mix(&first, state: .init())
        for k in 1...2 {
            let moved = Kernels.subtract(try #require(first.models[.cluster(k)]), start)
            #expect(moved[0] > 0.01 && abs(moved[1]) < 1e-6 && abs(moved[2]) < 1e-6)
        }
        #expect(first.vectors["base"] == start)
    }

    @Test func anAbsentAgentMovesWithTheNetworkOnly() throws {
        var before = try rounds(3, grouping)
        let models = (1...3).compactMap { before.models[.cluster($0)] }
        before = try desk(models, wanted: [[5, 5, 5], nil, nil], vectors: before.vectors)
        let held = before.vectors
        try grouping.mix(&before, state: .init())
        #expect(before.vectors["embedding/c2"] == held["embedding/c2"])
        #expect(before.vectors["embedding/c1"] != held["embedding/c1"])
        #expect(before.models[.cluster(2)] != models[1])
    }

    /// Shamsian et al.: a new agent learns its embedding, the network stays as it is.
    @Test(arguments: [false, true]) func aLateAgentMovesItsEmbeddingOnly(trains: Bool) throws {
        var grouping = grouping
        grouping.newcomersTrain = trains
        let late = Hypernetwork.State(late: [.cluster(4)])
        let past = try rounds(5, grouping)
        let models = (1...3).compactMap { past.models[.cluster($0)] }
        // In its first round it has no embedding yet: it gets the mean one, and what it trained from elsewhere moves nothing.
        var now = try desk(models + [start], wanted: [nil, nil, nil, [9, 9, 9]], vectors: past.vectors)
        try grouping.mix(&now, state: late)
        #expect(now.vectors["parameters"] == past.vectors["parameters"])
        let embeddings = try (1...3).map { try #require(past.vectors["embedding/c\($0)"]) }
        let own = try #require(now.vectors["embedding/c4"])
        for i in own.indices { #expect(abs(own[i] - (embeddings[0][i] + embeddings[1][i] + embeddings[2][i]) / 3) < 1e-6) }
        let held = now.vectors
        let generated = try #require(now.models[.cluster(4)])
        now = try desk(models + [generated], wanted: [nil, nil, nil, generated.map { $0 + 1 }], vectors: held)
        try grouping.mix(&now, state: late)
        #expect((now.vectors["parameters"] == held["parameters"]) != trains)
        #expect(now.vectors["embedding/c4"] != held["embedding/c4"])
        #expect(now.vectors["embedding/c1"] == held["embedding/c1"])
    }

    @Test func descentIsSGDWithMomentumDecayAndClipping() {
        var descent = GeneratorDescent()
        (descent.rate, descent.momentum, descent.weightDecay, descent.clip) = (0.1, 0.5, 0.25, 5)
        var values: [Float] = [2, 0], velocity: [Float] = []
        descent.step(&values, &velocity, along: [6, 8])
        // Clipped to (3, 4); the decay adds (0.5, 0).
        #expect(velocity == [3.5, 4])
        descent.step(&values, &velocity, along: [0, 0])
        #expect(abs(velocity[0] - (1.75 + 0.25 * 1.65)) < 1e-6 && abs(velocity[1] - (2 - 0.25 * 0.4)) < 1e-6)
        #expect(abs(values[0] - (1.65 - 0.1 * velocity[0])) < 1e-6)
    }

    @Test func whoJoinsARunningRunIsLate() throws {
        var book = ClusterBook()
        var state = try grouping.begin([Self.member(0)], book: &book) { _ in Digest(of: []) }
        grouping.welcome([Self.member(1)], round: 1, state: &state, book: &book)
        #expect(state.late.isEmpty)
        grouping.welcome([Self.member(2)], round: 2, state: &state, book: &book)
        #expect(state.late == [.cluster(3)])
        #expect(book.clusters.count == 3)
    }

    /// The whole way: generated models serve two kinds of agents that one model cannot serve.
    @Test func generatedModelsServeBothGroups() throws {
        func metric(_ grouping: any Grouping) throws -> Double {
            var run = ToyRun(
                ToyFederation.recipe {
                    $0.grouping = grouping
                    $0.rounds = 60
                }, try ToyFederation(groups: [0, 1, 0, 1]))
            try run.run()
            let rows = run.machine.state.rows.values.compactMap { $0.test[.cluster]?.metric }
            return rows.reduce(0, +) / 4
        }
        let (generated, shared) = (try metric(Hypernetwork()), try metric(Everyone()))
        #expect(generated > shared + 0.1)
    }
}
