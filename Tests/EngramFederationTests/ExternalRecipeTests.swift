// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct ExternalRecipeTests {
    private static let model = """
        external: {tensors: ['conv1.weight[2,1,3,3]', 'scale[]', 'fc.weight[3,8]', 'fc.bias[3]'], head: [fc.weight, fc.bias], \
        initial: '\(String(repeating: "ab", count: 32))'}
        """

    private func recipe(_ text: String, model: String = ExternalRecipeTests.model) throws(RecipeError) -> Recipe {
        try Recipe(yaml: "{model: {\(model)}, \(text)}")
    }

    @Test func theModelReadsBackAsPrinted() throws {
        let recipe = try recipe("sharing: base")
        let model = try #require(recipe.external)
        #expect(model.layout.tensors.map(\.shape) == [[2, 1, 3, 3], [], [3, 8], [3]])
        #expect(model.layout.count == 18 + 1 + 24 + 3)
        #expect(model.head == ["fc.weight", "fc.bias"])
        let back = try Recipe(yaml: recipe.yaml)
        #expect(back.yaml == recipe.yaml)
        #expect(back.external == model)
    }

    @Test func theBuiltInNetworkHasNone() throws {
        #expect(try Recipe(yaml: Recipe().yaml).external == nil)
        #expect(!Recipe().yaml.contains("external"), "a recipe that needs none has the text that it had before there were any")
        // And can be turned back into it.
        var recipe = try recipe("rounds: 3")
        recipe.external = nil
        #expect(try Recipe(yaml: recipe.yaml).external == nil)
    }

    @Test(arguments: [
        "external: {tensors: ['a'], initial: x}", "external: {tensors: ['a[1'], initial: x}",
        "external: {tensors: ['[1]'], initial: x}",
        "external: {tensors: ['a[-1]'], initial: x}", "external: {tensors: ['a[1,]'], initial: x}",
        "external: {tensors: ['a[1]']}",
        "external: {tensors: ['a[1]'], initial: abc}", "external: {tensors: ['a[99999999999999999999]']}",
        "external: {tensors: ['a[1]', 'a[1]'], initial: '\(String(repeating: "ab", count: 32))'}",
        "external: {tensors: ['a[0]'], initial: '\(String(repeating: "ab", count: 32))'}",
        "external: {tensors: ['a[9000000000,9000000000]'], initial: '\(String(repeating: "ab", count: 32))'}",
        "external: {tensors: ['a[1]'], head: [b], initial: '\(String(repeating: "ab", count: 32))'}", "external: {tensor: []}",
    ]) func whatIsNoModelIsRefused(_ text: String) { #expect(throws: RecipeError.self) { try recipe("rounds: 3", model: text) } }

    /// Each choice of the axis either works with a model of unknown layers or is refused with a reason that names it.
    @Test(arguments: Catalogue<any LocalTraining>.training.names) func trainingsAreTakenOrRefused(_ name: String) throws {
        let training = try #require(Catalogue<any LocalTraining>.training.make(name))
        var recipe = try recipe("rounds: 3")
        recipe.training = training
        let objection = recipe.objectionToExternalModel
        #expect((training.skills == nil) == (objection != nil))
        if let objection { #expect(objection.contains("'\(name)'") && objection.contains("'sgd'")) }
    }

    @Test(arguments: ["normalisation: batch, ", "normalisation: input, "]) func normalisationIsTheModelsOwn(_ text: String) {
        #expect(throws: RecipeError.self) { try recipe("rounds: 3", model: text + Self.model) }
    }

    @Test(arguments: ["sharing: base", "sharing: head", "{sharing: base, training: alternating}", "training: body"])
    func partsNeedAHead(_ text: String) throws {
        let bare = Self.model.replacing("head: [fc.weight, fc.bias], ", with: "")
        let inner = text.hasPrefix("{") ? String(text.dropFirst().dropLast()) : text
        _ = try recipe(inner)
        let error = #expect(throws: RecipeError.self) { try recipe(inner, model: bare) }
        #expect(error?.description.contains("engram.head") == true)
    }

    @Test func widthIsRefused() { #expect(throws: RecipeError.self) { try recipe("sharing: width") } }

    @Test func agentAndRunMustAgreeOnWhoTrains() throws {
        let external = try recipe("rounds: 3")
        var profile = ToyFederation.profile
        #expect(external.problem(with: profile)?.contains("--trainer") == true)
        #expect(Recipe().problem(with: profile) == nil)
        profile.hasTrainer = true
        #expect(external.problem(with: profile) == nil)
        #expect(Recipe().problem(with: profile)?.contains("--model") == true)
    }

    @Test func skillsAreAskedFor() throws {
        let ditto = try recipe("training: ditto")
        #expect(ditto.objection(to: [])?.contains("pull") == true)
        #expect(ditto.objection(to: [.pull]) == nil)
        #expect(try recipe("training: alternating").objection(to: [.pull])?.contains("freeze") == true)
        #expect(try recipe("training: sgd").objection(to: []) == nil)
    }
}
