// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct RidgeTrainingTests {
    private func recipe(_ training: any LocalTraining, rounds: Int = 1, _ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
        ToyFederation.recipe {
            $0.rounds = rounds
            $0.training = training
            change(&$0)
        }
    }

    private func statistics(_ shard: Shard) -> RidgeStatistics {
        var sum = RidgeStatistics(dimension: ToyFederation.inputs, outputs: ToyFederation.classes)
        sum.add(shard.data, rows: shard.train)
        return sum
    }

    private func model(_ run: ToyRun, _ slot: SlotID = .cluster(1)) throws -> [Float] {
        let exchange = try #require(run.machine.exchange)
        let digest = try #require(run.slots[slot])
        let blob = try ParameterSet(safetensors: run.blobs[digest] ?? [], layout: exchange.layout)
        return try #require(exchange.parts(of: blob)).model.values
    }

    private func gap(_ a: [Float], _ b: [Float]) -> Double { Kernels.norm(Kernels.subtract(a, b)) / Kernels.norm(b) }

    /// What the coordinator solves from sums is the ridge over all rows in one place, whoever has them: also with agents that
    /// have none.
    @Test(arguments: [[0], [0, 1, 2], [0, 0, 1, 1, 2, 2, 0]]) func anyPartitionGivesThePooledRidge(groups: [Int]) throws {
        var shards = try ToyFederation(groups: groups).shards
        let first = try #require(shards[.toy(0)])
        shards[.toy(groups.count)] = try Shard(
            observer: "idle", task: .classes, classes: 3, data: first.data, train: [], validation: first.validation,
            test: first.test)
        var training = RidgeTraining()
        training.form.strength = 0.7
        var run = ToyRun(recipe(training), ToyFederation(shards: shards))
        try run.run()
        var pooled = RidgeStatistics(dimension: ToyFederation.inputs, outputs: ToyFederation.classes)
        for id in shards.keys.sorted().reversed() { if let shard = shards[id] { pooled.merge(statistics(shard)) } }
        let solution = try pooled.solve(strength: 0.7)
        let expected = solution.weight + solution.bias
        #expect(try gap(model(run).map { $0 * 0.1 }, expected) < 1e-5)
    }

    @Test func moreRoundsChangeNothing() throws {
        let toy = try ToyFederation(groups: [0, 1, 1])
        var once = ToyRun(recipe(RidgeTraining()), toy), thrice = ToyRun(recipe(RidgeTraining(), rounds: 3), toy)
        try once.run()
        try thrice.run()
        #expect(once.slots == thrice.slots)
    }

    /// Signatures of single solutions tell the groups apart, and each cluster ends with the ridge of its own rows.
    @Test func constellationFindsGroupsInClosedForm() throws {
        let toy = try ToyFederation(groups: [0, 1, 0, 1, 0, 1], train: 60, validation: 60)
        var run = ToyRun(recipe(RidgeTraining(), rounds: 20) { $0.grouping = Constellation() }, toy)
        try run.run()
        #expect(run.machine.state.book.clusters.map { Set($0.members) }.contains([.toy(0), .toy(2), .toy(4)]))
        #expect(run.machine.state.book.clusters.count == 2)
    }

    // MARK: Uploads

    @Test func anAgentCountsForNoMoreRowsThanItsWeight() throws {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        let network = Network(ModelSpec(fitting: shard, hidden: []))
        let own = statistics(shard)
        let statistic = RidgeForm().statistic(for: network)
        func joined(_ weights: [Double]) throws -> RidgeStatistics {
            var held = [Float](repeating: 0, count: statistic.count)
            let coded = try own.coded()
            try statistic.rule.join(&held, UpdateBatch(toyWeights: weights) { _ in coded }, weights.count)
            return try #require(RidgeForm().held([RidgeForm.statistic: held], network))
        }
        let whole = try joined([24, 24]), capped = try joined([24, 6])
        for (a, b) in zip(capped.cross, whole.cross) { #expect(abs(a - b * 0.625) < 1e-9) }
        #expect(try joined([24, 1000]) == whole)
    }

    @Test func sumsThatNoRowsHaveAreRefused() throws {
        let toy = try ToyFederation(groups: [0])
        let shard = try #require(toy.shards[.toy(0)])
        let recipe = recipe(RidgeTraining())
        let participant = Participant(id: .toy(0), recipe: recipe, shard: shard)
        var script = MachineScript(recipe)
        script.connect(0, profile: AgentProfile(shard))
        let assignment = try #require(script.machine.assignment(for: .toy(0)))
        let outcome = try participant.perform(
            assignment, models: [.cluster(1): ParameterSet(zeros: participant.exchange.layout)], memory: nil)
        let check = UploadCheck(recipe: recipe, exchange: participant.exchange)
        let member = Member(id: .toy(0), profile: AgentProfile(shard))
        let index = try #require(outcome.upload.tensors.firstIndex { $0.name == "statistic/c1/ridge" })
        // Another number of rows; a product larger than its factors; half a row.
        for (place, value) in [(0, Float(23)), (4, 1e9), (0, 23.5)] {
            var forged = try outcome.upload.tensors[index].unpacked()
            forged[place] = value
            var parcel = outcome.upload
            parcel.tensors[index] = UpdateCodec.exact.pack(forged, name: "statistic/c1/ridge")
            #expect(throws: UpdateError.self) { try check.evidence(parcel.encoded(), from: member, for: assignment) }
        }
    }

    // MARK: Personal solutions

    /// A step as in the last exchange: the cluster holds agents 0 to 2, everybody is 0 to 3.
    private func lastStep() throws -> (step: LocalStep, own: RidgeStatistics, cluster: RidgeStatistics, all: RidgeStatistics) {
        let shards = try ToyFederation(groups: [0, 1, 0, 2]).shards
        var cluster = RidgeStatistics(dimension: ToyFederation.inputs, outputs: ToyFederation.classes), all = cluster
        for i in 0..<4 {
            guard let shard = shards[.toy(i)] else { continue }
            if i < 3 { cluster.merge(statistics(shard)) }
            all.merge(statistics(shard))
        }
        let shard = try #require(shards[.toy(0)])
        let network = Network(ModelSpec(fitting: shard, hidden: []))
        let zeros = ParameterSet(zeros: network.layout)
        let offers: [SlotID: LocalStep.Received] = [
            .cluster(1): .init(model: zeros, statistics: [RidgeForm.statistic: try cluster.coded()], use: .home),
            .reference: .init(model: zeros, statistics: [RidgeForm.statistic: try all.coded()], use: .reference),
        ]
        let step = LocalStep(
            trainer: Trainer(network, SGD()), shard: shard, rows: shard.train, round: 2, rounds: 1, rate: 1, slot: .cluster(1),
            offers: offers, received: zeros, personal: nil, generator: SeededGenerator(seed: 1))
        return (step, statistics(shard), cluster, all)
    }

    private func answer(_ training: some ClosedForm) throws -> [Float] {
        var step = try lastStep().step
        training.arrive(&step)
        return try #require(step.answer).values.map { $0 * Float(training.form.temperature) }
    }

    @Test func dittoIsBetweenTheAgentsOwnAndTheSharedSolution() throws {
        let (_, own, cluster, _) = try lastStep()
        var training = RidgeDittoTraining()
        let shared = try cluster.solve(strength: training.form.strength)
        for (lambda, expected) in [
            (1e-7, try own.solve(strength: 1e-7)), (1e9, shared),
            (3, try own.solve(strength: 3, towards: shared, pullsBias: true)),
        ] {
            training.lambda = lambda
            #expect(try gap(answer(training), expected.weight + expected.bias) < 1e-5)
        }
    }

    @Test func shrinkageHasItsLimits() throws {
        let (_, own, cluster, all) = try lastStep()
        var training = ShrunkRidgeTraining()
        for (tau, rho, expected) in [(0.0, 0.0, own), (1e9, 0, cluster), (0, 1e9, all)] {
            let scale = max(1, tau, rho)
            training.grid = try RidgeGrid(cluster: [tau], global: [rho], strength: [2 * scale])
            let solution = try expected.solve(strength: 2)
            #expect(try gap(answer(training), solution.weight + solution.bias) < 1e-5)
        }
    }

    @Test func shrinkageServesAgentsBetterThanTheClusterAlone() throws {
        let toy = try ToyFederation(groups: [0, 1, 0, 1], train: 40, validation: 100, test: 200)
        var run = ToyRun(recipe(ShrunkRidgeTraining()), toy)
        try run.run()
        for rows in run.machine.state.rows.values {
            let personal = try #require(rows.test[.personal]), cluster = try #require(rows.test[.cluster])
            #expect(personal.metric > cluster.metric + 0.1)
        }
    }

    // MARK: Refusals

    @Test(arguments: [
        "{preset: fed3r, model: {hidden: [4]}}", "{preset: afl, sharing: none}", "{preset: fed3r, aggregation: trimmed_mean}",
        "{preset: linear-ditto, cohort: sampled}", "{preset: fed3r, server: momentum}",
        "{preset: ridge-shrinkage, reference: {global: false}}", "{preset: fed3r, model: {normalisation: input}}",
    ]) func whatCannotWorkIsRefused(text: String) {
        #expect(throws: RecipeError.self) { try Recipe(yaml: text) }
    }
}
