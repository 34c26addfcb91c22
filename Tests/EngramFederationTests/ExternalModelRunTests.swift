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
        func model(_ run: ToyRun) throws -> [Float] {
            let (slot, layout) = (
                try #require(run.machine.state.book.clusters.first?.id), try #require(run.machine.exchange?.layout)
            )
            return try ParameterSet(safetensors: run.blobs[try #require(run.slots[slot])] ?? [], layout: layout).values
        }
        let (a, b) = (try model(builtIn), try model(external))
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 } && a.count == b.count)
    }

    /// FedPer, FedRep and LG: what is not shared stays with the agent, by the names that the model file calls its head.
    @Test(arguments: [
        ("base", "sgd"), ("base", "alternating"), ("head", "sgd"), ("all", "ditto"), ("all", "proximal"), ("all", "fine_tuning"),
    ])
    func partsTravelByName(_ sharing: String, _ training: String) throws {
        let toy = try ToyFederation(groups: [0, 1])
        let recipe = try Recipe(
            yaml:
                "{preset: fedavg, rounds: 3, model: {hidden: [5]}, sharing: \(sharing), training: \(training), signature: {size: 64}}"
        )
        var (builtIn, external) = try runs(recipe, toy)
        try builtIn.run()
        try external.run()
        #expect(external.machine.state.phase == .finished)
        #expect(external.machine.exchange?.shared == builtIn.machine.exchange?.shared)
        let head = try #require(external.recipe.external?.head)
        #expect(head == ["layers.1.weight", "layers.1.bias"])
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

    @Test func aRunWithoutItsModelFileEnds() throws {
        var recipe = ToyFederation.recipe()
        let model = try ToyLearner.model(like: recipe)
        recipe.external = try ExternalModel(layout: model.layout, head: model.head, digest: model.digest)
        var machine = RoundMachine(run: RunID(checked: "r"), recipe: recipe)
        var profile = ToyFederation.profile
        profile.hasTrainer = true
        _ = machine.handle(.connected(.toy(0), profile), at: 0)
        guard case .failed(let why) = machine.state.phase else {
            Issue.record("\(machine.state.phase)")
            return
        }
        #expect(why.contains("--model"))
    }
}
