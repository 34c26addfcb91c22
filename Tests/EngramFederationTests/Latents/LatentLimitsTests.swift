// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@testable import EngramFederation

/// Methods that add to FedAvg are FedAvg where they add nothing, bit by bit; and are refused where they cannot add anything.
@Suite(.timeLimit(.minutes(5))) struct LatentLimitsTests {
    private func model(_ training: any LocalTraining) throws -> ParameterSet {
        var run = ToyRun(
            ToyFederation.recipe {
                $0.hidden = [5]
                $0.training = training
            }, try ToyFederation(groups: [0, 1, 1]))
        try run.run()
        return try run.content().model
    }

    static let silent: [any LocalTraining] = {
        var merging = AdaptiveMerging()
        merging.rate = 0
        var prototypes = PrototypeTraining()
        prototypes.lambda = 0
        var contrast = PrototypeContrastTraining()
        contrast.mu = 0
        var moon = ModelContrastTraining()
        moon.mu = 0
        var views = ViewContrastTraining()
        views.mu = 0
        var memory = MemoryAlignment()
        memory.lambda = 0
        return [merging, prototypes, contrast, moon, views, memory, BalancedHead(), NeighbourAnswer()]
    }()

    @Test(arguments: silent) func withoutStrengthItIsFedAvg(training: any LocalTraining) throws {
        #expect(try model(training) == model(PlainTraining()))
    }

    static let loud: [any LocalTraining] = {
        var views = ViewContrastTraining()
        (views.mu, views.strong) = (0, 1)
        return [
            AdaptiveMerging(), DomainBias(), PrototypeTraining(), PrototypeContrastTraining(), ModelContrastTraining(),
            ViewContrastTraining(), views, MemoryAlignment(),
        ]
    }()

    @Test(arguments: loud) func withDefaultsItIsNot(training: any LocalTraining) throws {
        let model = try model(training)
        #expect(try model != self.model(PlainTraining()))
        #expect(Kernels.isFinite(model.values))
    }

    @Test(arguments: ["moon", "contrast", "prototype_contrast", "memory_alignment"])
    func aLinearModelHasNoLatentsToShape(name: String) throws {
        #expect(throws: RecipeError.self) { try Recipe(yaml: "training: \(name)\nmodel: {hidden: []}") }
        #expect(throws: Never.self) { try Recipe(yaml: "training: \(name)\nmodel: {hidden: [], normalisation: input}") }
    }

    @Test(arguments: ["fedala", "dbe", "fedproto", "home", "neighbours"])
    func othersServeALinearModel(name: String) throws {
        var recipe = try Recipe(yaml: "training: \(name)\nmodel: {hidden: []}\nrounds: 3\noptimiser: {batch: 8}")
        recipe.signatureSize = 16
        var run = ToyRun(recipe, try ToyFederation(groups: [0, 0]))
        try run.run()
        for rows in run.machine.state.rows.values { #expect((rows.test[.personal]?.metric ?? 0) > 0.5) }
    }

    @Test func mergingNeedsSomethingReceived() throws {
        #expect(throws: RecipeError.self) { try Recipe(yaml: "training: fedala\nsharing: base") }
        #expect(throws: Never.self) { try Recipe(yaml: "training: {kind: fedala, tensors: 3}\nsharing: base") }
    }
}
