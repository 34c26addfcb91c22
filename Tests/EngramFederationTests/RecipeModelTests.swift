// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct RecipeModelTests {
    @Test(arguments: Normalisation.allCases) func normalisationIsReadAndWritten(normalisation: Normalisation) throws {
        let recipe = try Recipe(yaml: "model: {normalisation: \(normalisation.rawValue)}")
        #expect(recipe.normalisation == normalisation)
        #expect(try Recipe(yaml: recipe.yaml).normalisation == normalisation)
        let profile = AgentProfile(try #require(try ToyFederation(groups: [0]).shards[.toy(0)]))
        #expect(recipe.modelSpec(for: profile).normalisation == normalisation)
    }

    @Test func unknownNormalisationsAreRefusedWithTheNearest() {
        let error = #expect(throws: RecipeError.self) { try Recipe(yaml: "model: {normalisation: bach}") }
        guard case .unknownChoice("model.normalisation", _, "batch", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aLinearModelHasNothingToNormaliseByBatches() {
        let error = #expect(throws: RecipeError.self) { try Recipe(yaml: "model: {hidden: [], normalisation: batch}") }
        guard case .senseless = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [Normalisation.input, .batch]) func aRunTrainsNormalisedModels(normalisation: Normalisation) throws {
        func model(_ normalisation: Normalisation) throws -> Int {
            var run = ToyRun(
                ToyFederation.recipe {
                    $0.hidden = [5]
                    $0.normalisation = normalisation
                }, try ToyFederation(groups: [0, 1, 0, 1]))
            try run.run()
            return try #require(run.memories[.toy(0)]?[4]?.personal[.cluster(1)]).values.count
        }
        let (normalised, plain) = (try model(normalisation), try model(.none))
        #expect(normalised > plain)
    }

    /// As the operator of a daemon may send it.
    @Test(arguments: ["fedproto", "fedper", "fedala", "constellation", "feddbe"])
    func sizesThatNoModelHasTrapNothing(_ preset: String) throws {
        do {
            let recipe = try Recipe(yaml: "{preset: \(preset), model: {hidden: [100000, 100000]}}")
            #expect(recipe.problem(with: ToyFederation.profile)?.contains("the model cannot be made") == true)
        } catch {}
    }
}
