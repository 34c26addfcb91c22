// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning
import EngramOperator
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RecipeSourceTests {
    @Test("single keys change a preset")
    func overrides() throws {
        let recipe = try RecipeSource.recipe(
            "constellation",
            overrides: [
                "rounds=7", "model.hidden=[]", "optimiser.rate=0.5", "grouping.minimum_size=3", "codec.steps=[topK(0.01), int8]",
                "reference.local=false", "name=mine",
            ])
        #expect(recipe.rounds == 7 && recipe.hidden.isEmpty && recipe.optimiser.rate == 0.5 && recipe.name == "mine")
        #expect((recipe.grouping as? Constellation)?.minimumSize == 3)
        #expect(!recipe.localReference && recipe.codec.isSparse)
    }

    @Test("the last of two settings counts")
    func order() throws {
        #expect(try RecipeSource.recipe("everyone", overrides: ["seed=1", "seed=2"]).seed == 2)
    }

    @Test("a choice given by its bare name can be refined")
    func bareChoice() throws {
        let recipe = try RecipeSource.recipe("everyone", overrides: ["grouping=constellation", "grouping.minimum_size=4"])
        #expect((recipe.grouping as? Constellation)?.minimumSize == 4)
    }

    @Test(
        "a misspelt key, value or preset is refused with the nearest known one",
        arguments: [
            ("constellation", "optimiser.rat=1", "'rate'"), ("constellation", "round=3", "'rounds'"),
            ("constellation", "grouping=constelation", "'constellation'"), ("constelation", "rounds=3", "'constellation'"),
            ("everyone", "rounds=many", "whole number"), ("everyone", "rounds=0", "1 to"),
            ("missing.yaml", "rounds=1", "no such recipe file"),
        ])
    func misspelt(recipe: String, change: String, says: String) {
        let error = #expect(throws: OperatorError.self) { try RecipeSource.recipe(recipe, overrides: [change]) }
        #expect(error?.status == .badInput)
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "no error")")
    }

    @Test("an override without = or with an empty key is a usage error", arguments: ["rounds", "=3", "a..b=1", ".rounds=1"])
    func malformed(change: String) {
        let error = #expect(throws: OperatorError.self) { try RecipeSource.recipe("everyone", overrides: [change]) }
        #expect(error?.status == .usage)
    }

    @Test("what show prints is a recipe file that means the same", arguments: Preset.all.map(\.name))
    func printed(preset: String) throws {
        let temporary = try TemporaryFolder()
        let recipe = try RecipeSource.recipe(preset, overrides: ["rounds=12", "optimiser.rate=0.003"])
        let file = try temporary.write(recipe.yaml, "recipe.yaml")
        #expect(try RecipeSource.recipe(file, overrides: []).yaml == recipe.yaml)
    }
}
