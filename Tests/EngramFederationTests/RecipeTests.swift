// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct RecipeTests {
    @Test(arguments: Preset.all.map(\.name)) func everyPresetReadsBackAsPrinted(name: String) throws {
        let recipe = try Preset.recipe(name)
        try recipe.validate()
        let text = recipe.yaml
        let back = try Recipe(yaml: text)
        #expect(back.yaml == text)
        #expect(back.name == name)
        // A preset by name is the same recipe.
        #expect(try Recipe(yaml: "preset: \(name)").yaml == text)
    }

    @Test func presetsHaveDistinctNames() {
        #expect(Set(Preset.all.map(\.name)).count == Preset.all.count)
    }

    @Test func emptyTextIsTheDefault() throws {
        #expect(try Recipe(yaml: "").yaml == Recipe().yaml)
        #expect(try Recipe(yaml: "{}").yaml == Recipe().yaml)
    }

    @Test func keysReplaceDefaultsAndThoseOfThePreset() throws {
        let recipe = try Recipe(
            yaml: """
                preset: constellation
                rounds: 7
                model: {hidden: []}
                grouping: {start: 5}
                training: {kind: ditto, lambda: 1.5}
                codec: {steps: ['topK(0.05)', int8], deflate: true}
                """)
        #expect(recipe.rounds == 7)
        #expect(recipe.hidden.isEmpty)
        #expect((recipe.grouping as? Constellation)?.start == 5)
        #expect((recipe.grouping as? Constellation)?.patience == Constellation().patience)
        #expect((recipe.training as? DittoTraining)?.lambda == 1.5)
        #expect(recipe.codec.steps == [.topK(fraction: 0.05), .int8])
        #expect(try Recipe(yaml: recipe.yaml).yaml == recipe.yaml)
    }

    @Test func theBareNameOfAChoiceIsEnough() throws {
        #expect(try Recipe(yaml: "grouping: cfl").grouping is CFL)
    }

    @Test(arguments: [
        ("round: 5", "", "round", "rounds"),
        ("optimiser: {weight-decay: 0.1}", "optimiser", "weight-decay", "weight_decay"),
        ("grouping: {kind: constellation, significanse: 0.1}", "grouping", "significanse", "significance"),
        ("rounds_close: {quorom: 0.1}", "rounds_close", "quorom", "quorum"),
    ])
    func aMisspeltKeyIsRefusedWithTheNearest(text: String, path: String, key: String, nearest: String) {
        let error = #expect(throws: RecipeError.self) { try Recipe(yaml: text) }
        guard case .unknownKey(path, key, nearest, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("did you mean '\(nearest)'") == true)
    }

    @Test func aKeyLikeNoOtherListsTheKnown() {
        let error = #expect(throws: RecipeError.self) { try Recipe(yaml: "zzzzzzzzzz: 1") }
        guard case .unknownKey(_, _, nil, let known) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(known.contains("rounds") && known.contains("grouping") && known.contains("preset"))
    }

    @Test(arguments: [
        ("rounds: many", "rounds"), ("rounds: 1.5", "rounds"), ("rounds: [1]", "rounds"), ("optimiser: 3", "optimiser"),
        ("optimiser: {rate: fast}", "optimiser.rate"), ("optimiser: {rate: .nan}", "optimiser.rate"),
        ("model: {hidden: 128}", "model.hidden"), ("model: {hidden: [a]}", "model.hidden"),
        ("codec: {steps: int8}", "codec.steps"),
        ("codec: {deflate: 1}", "codec.deflate"), ("grouping: [cfl]", "grouping"), ("grouping: {kind: 3}", "grouping.kind"),
        ("preset: 3", "preset"), ("name: 12", "name"),
    ])
    func wrongTypesAreRefused(text: String, path: String) {
        let error = #expect(throws: RecipeError.self) { try Recipe(yaml: text) }
        guard case .wrongType(path, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        ("rounds: 0", "rounds"), ("seed: -1", "seed"), ("optimiser: {rate: -0.1}", "optimiser.rate"),
        ("optimiser: {batch: 0}", "optimiser.batch"), ("model: {hidden: [0]}", "model.hidden"),
        ("rounds_close: {quorum: 1.1}", "rounds_close.quorum"), ("training: {kind: ditto, lambda: -1}", "training.lambda"),
        ("aggregation: {kind: trimmed_mean, trim: 0.5}", "aggregation.trim"),
        ("server: {kind: momentum, beta: 1}", "server.beta"),
        ("grouping: {kind: ifca, clusters: 100}", "grouping.clusters"), ("signature: {size: 0}", "signature.size"),
        ("name: \"two\\nlines\"", "name"), ("model: {hidden: [\(String(repeating: "1,", count: 64))1]}", "model.hidden"),
    ])
    func valuesOutOfRangeAreRefused(text: String, path: String) {
        let error = #expect(throws: RecipeError.self) { try Recipe(yaml: text) }
        guard case .outOfRange(path, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        ("preset: constelation", "preset", "constellation"), ("grouping: cf", "grouping", "cfl"),
        ("sharing: {kind: bass}", "sharing", "base"), ("codec: {steps: [float23]}", "codec.steps", "float32"),
    ])
    func unknownChoicesAreRefusedWithTheNearest(text: String, path: String, nearest: String) {
        let error = #expect(throws: RecipeError.self) { try Recipe(yaml: text) }
        guard case .unknownChoice(path, _, nearest, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        "{sharing: base, model: {hidden: []}}",
        "{aggregation: trimmed_mean, codec: {steps: ['topK(0.01)']}}",
        "{preset: constellation, signature: {size: 32}}",
        "{codec: {steps: [int8, float32]}}",
        "{codec: {steps: ['topK(0)']}}",
        "{codec: {steps: [int8, 'topK(0.1)']}}",
    ])
    func senselessCombinationsAreRefusedWithAReason(text: String) {
        let error = #expect(throws: RecipeError.self) { try Recipe(yaml: text) }
        guard case .senseless(let why) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(why.count > 20)
    }

    @Test(arguments: [
        "-", "- a", "a: b", "it's", "null", "true", "1", "1e3", "#x", " lead", "tab", "", "{x}", "é", "a \"b\" \\n", "---",
    ])
    func anyNameComesBackAsItWas(name: String) throws {
        var recipe = Recipe()
        recipe.name = name
        #expect(try Recipe(yaml: recipe.yaml).name == name)
    }

    @Test(arguments: [0.1, 1e-9, 1e30, 0.30000000000000004, 0]) func numbersComeBackExactly(norm: Double) throws {
        var recipe = Recipe()
        recipe.maximumNorm = norm
        #expect(try Recipe(yaml: recipe.yaml).maximumNorm == norm)
    }

    @Test func hostileYAMLIsRefused() {
        let bomb =
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + (0..<12).map { i in
                let (from, to) = (i == 0 ? "a" : "b\(i - 1)", "b\(i)")
                return "\(to): &\(to) [" + Array(repeating: "*\(from)", count: 9).joined(separator: ",") + "]\n"
            }.joined()
        for text in [
            bomb, String(repeating: "[", count: 30_000), String(repeating: "a: {", count: 10_000), "rounds: 3\nrounds: 4",
            "? [a]\n: 3",
            "rounds: 3\n  bad: [", String(repeating: "# long\n", count: 40_000), "- a\n- b", "\u{0}",
        ] {
            #expect(throws: RecipeError.self) { try Recipe(yaml: text) }
        }
    }
}
