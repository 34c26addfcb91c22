// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// Runs whose model only a learner knows, the learner being the built-in network in disguise: the coordinator must not see a difference.
@Suite(.timeLimit(.minutes(5))) struct ExternalModelRunTests {
    private func runs(
        _ recipe: Recipe, _ toy: ToyFederation, failure: String? = nil
    ) throws -> (builtIn: ToyRun, external: ToyRun) {
        let spec = recipe.modelSpec(for: ToyFederation.profile)
        var disguised = recipe
        disguised.external = try ToyLearner.model(like: recipe)
        try disguised.validate()
        return (ToyRun(recipe, toy), ToyRun(disguised, toy) { ToyLearner(spec, $0, failure: failure) })
    }

    private func groups(_ run: ToyRun) -> Set<Set<AgentID>> {
        Set(run.machine.state.book.clusters.filter { !$0.members.isEmpty }.map { Set($0.members) })
    }

    /// One batch of all rows: how they are ordered then changes nothing but the last bits of sums.
    @Test(arguments: ["constellation", "cfl"]) func clustersAreTheSame(_ grouping: String) throws {
        let toy = try ToyFederation(groups: [0, 1, 0, 1, 0, 1, 0, 1])
        var recipe = try Recipe(yaml: "{preset: constellation, grouping: \(grouping), model: {hidden: []}, rounds: 16}")
        recipe.optimiser = SGD(rate: 0.5, batch: 1000, epochs: 4)
        recipe.globalReference = false
        recipe.localReference = true
        var (builtIn, external) = try runs(recipe, toy)
        try builtIn.run()
        try external.run()
        #expect(external.machine.state.phase == .finished)
        #expect(groups(external) == groups(builtIn))
        if grouping == "constellation" { #expect(groups(external).count == 2) }
        let figures = [builtIn, external].map { run in
            run.machine.state.rows.values.compactMap { $0.test[.deployed]?.metric }.reduce(0, +) / 8
        }
        #expect(abs(figures[0] - figures[1]) < 0.1, "\(figures)")
    }

    @Test func oneBatchAndOneEpochGiveTheSameModelButForRounding() throws {
        let toy = try ToyFederation(groups: [0, 0, 0])
        var recipe = ToyFederation.recipe { $0.hidden = [5] }
        recipe.optimiser = SGD(rate: 0.3, batch: 1000, epochs: 1)
        var (builtIn, external) = try runs(recipe, toy)
        try builtIn.run()
        try external.run()
        let (a, b) = (try shared(builtIn), try shared(external))
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 } && a.count == b.count)
    }

    /// The first cluster's model, as it travels.
    private func shared(_ run: ToyRun) throws -> [Float] {
        let (slot, layout) = (try #require(run.machine.state.book.clusters.first?.id), try #require(run.machine.exchange?.layout))
        return try ParameterSet(safetensors: run.blobs[try #require(run.slots[slot])] ?? [], layout: layout).values
    }

    /// FedPer, FedRep and LG: what is not shared stays with the agent, by the names that the model file calls its head.
    @Test(arguments: [
        ("base", "sgd"), ("base", "alternating"), ("head", "sgd"), ("all", "ditto"), ("all", "proximal"), ("all", "fine_tuning"),
    ])
    func partsTravelByName(_ sharing: String, _ training: String) throws {
        let toy = try ToyFederation(groups: [0, 1])
        // One batch of all rows: how they are ordered then changes nothing but the last bits of sums.
        let recipe = try Recipe(
            yaml:
                "{preset: fedavg, rounds: 3, model: {hidden: [5]}, sharing: \(sharing), training: \(training), signature: {size: 64}, "
                + "optimiser: {rate: 0.3, batch: 1000, epochs: 1}}"
        )
        var (builtIn, external) = try runs(recipe, toy)
        try builtIn.run()
        try external.run()
        #expect(external.machine.state.phase == .finished)
        #expect(external.machine.exchange?.shared == builtIn.machine.exchange?.shared)
        let (a, b) = (try shared(builtIn), try shared(external))
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-3 } && a.count == b.count && !a.isEmpty)
        let head = try #require(external.recipe.external?.head)
        #expect(head == ["layers.1.weight", "layers.1.bias"])
        guard sharing == "base" else { return }
        // The agents see the world differently, and their heads stay their own.
        let heads = external.memories.values.compactMap { $0[3]?.personal.values.first?["layers.1.weight"].map { Array($0) } }
        #expect(heads.count == 2 && heads[0] != heads[1])
    }

    @Test func aCrashOfTheCoordinatorLeavesNoTrace() throws {
        let toy = try ToyFederation(groups: [0, 1, 0, 1])
        let recipe = ToyFederation.recipe { $0.hidden = [5] }
        var (_, calm) = try runs(recipe, toy)
        var (_, shaken) = try runs(recipe, toy)
        shaken.chaos = SeededGenerator(seed: 3)
        shaken.crashChance = 0.1
        try calm.run()
        try shaken.run()
        #expect(shaken.crashes > 0)
        #expect(shaken.slots == calm.slots)
    }

    @Test func aLearnerThatFailedSendsNothing() throws {
        let toy = try ToyFederation(groups: [0, 0])
        var (_, external) = try runs(ToyFederation.recipe(), toy, failure: "it fell over")
        #expect(throws: ParticipantError.learnerFailed("it fell over")) { try external.run() }
    }

    @Test func theFirstValuesAreDroppedWhenTheRunHasBegun() throws {
        let toy = try ToyFederation(groups: [0, 0])
        var (_, external) = try runs(ToyFederation.recipe { $0.rounds = 1 }, toy)
        #expect(external.machine.recipe.external?.file != nil)
        try external.run()
        #expect(external.machine.state.phase == .finished)
        let model = try #require(external.machine.recipe.external)
        #expect(model.file == nil && model.digest == external.recipe.external?.digest && model.layout.count > 0)
    }

    /// Why a run ends when its first agent comes.
    private func failure(of recipe: Recipe) -> String? {
        var machine = RoundMachine(run: RunID(checked: "r"), recipe: recipe)
        var profile = ToyFederation.profile
        profile.hasTrainer = true
        _ = machine.handle(.connected(.toy(0), profile), at: 0)
        return machine.state.phase.reason
    }

    @Test func groupingsThatNeedSeveralStartsRefuseAModelThatIsTheSameWhenShuffled() throws {
        var recipe = try Recipe(yaml: "{preset: ifca, rounds: 2, grouping: {kind: ifca, clusters: 2, warm_up: 0}}")
        let zeros = ParameterSet(zeros: Network(recipe.modelSpec(for: ToyFederation.profile)).layout)
        recipe.external = try ExternalModel(file: zeros.safetensors(metadata: [:]))
        let why = try #require(failure(of: recipe))
        #expect(why.contains("warm_up"))
    }

    @Test func aRunWithoutItsModelFileEnds() throws {
        var recipe = ToyFederation.recipe()
        let model = try ToyLearner.model(like: recipe)
        recipe.external = try ExternalModel(layout: model.layout, head: model.head, digest: model.digest)
        let why = try #require(failure(of: recipe))
        #expect(why.contains("--model"))
    }
}
