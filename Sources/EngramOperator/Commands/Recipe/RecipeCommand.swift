// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramFederation

/// `engram recipe`.
package struct RecipeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "recipe", abstract: "See what can be trained, and how.",
        subcommands: [RecipeListCommand.self, RecipeShowCommand.self])

    package init() {}
}

/// `engram recipe ls`.
package struct RecipeListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List presets, and the choices of every axis.")

    @OptionGroup package var format: FormatOptions

    package init() {}

    package func run() async throws {
        let catalogue = RecipeCatalogue()
        if format.json { return try Output.print(json: catalogue) }
        var presets = TextTable("PRESET", "WHAT IT IS")
        for item in catalogue.presets { presets.row(item.name, item.summary) }
        Output.print(presets.text)
        for axis in catalogue.axes {
            var table = TextTable(axis.axis.uppercased(), "CHOICE")
            for item in axis.choices { table.row(item.name, item.summary) }
            Output.print("\n" + table.text)
        }
        Output.print("\nengram recipe show PRESET prints one in full; --set key=value changes a key wherever a recipe is given.")
    }
}

/// Presets and axes, as `recipe ls` and docs/recipes.md list them.
package struct RecipeCatalogue: Encodable, Sendable {
    package struct Item: Encodable, Sendable {
        package let name: String
        package let summary: String
    }

    package struct Axis: Encodable, Sendable {
        package let axis: String
        package let choices: [Item]
    }

    package let presets = Preset.all.map { Item(name: $0.name, summary: $0.summary) }
    package let axes = [
        axis("sharing", Catalogue<any Sharing>.sharing), axis("training", Catalogue<any LocalTraining>.training),
        axis("grouping", Catalogue<any Grouping>.grouping), axis("aggregation", Catalogue<any Aggregation>.aggregation),
        axis("server", Catalogue<any ServerStep>.server), axis("cohort", Catalogue<any Cohort>.cohort),
    ]

    package init() {}

    private static func axis<T>(_ name: String, _ catalogue: Catalogue<T>) -> Axis {
        Axis(axis: name, choices: catalogue.items.map { Item(name: $0.name, summary: $0.summary) })
    }
}

/// `engram recipe show`.
package struct RecipeShowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print a recipe in full: every key, its value, what it means.",
        discussion: "The output is a valid recipe file: engram recipe show constellation > mine.yaml")

    @Argument(help: "A preset or a YAML file.") package var recipe: String
    @Option(name: .customLong("set"), help: ArgumentHelp("Change one key; may be repeated.", valueName: "key=value"))
    package var overrides: [String] = []
    @OptionGroup package var format: FormatOptions

    package init() {}

    package func run() async throws {
        let recipe = try RecipeSource.recipe(recipe, overrides: overrides)
        if format.json {
            // The recipe's keys are written as they are, in the recipe's order.
            try Output.print(json: JSONValue(recipe.tree))
        } else {
            Output.print(recipe.yaml.trimmingSuffix(while: \.isNewline).description)
        }
    }
}

extension String {
    /// The text without what ends it.
    func trimmingSuffix(while condition: (Character) -> Bool) -> Substring {
        var text = self[...]
        while let last = text.last, condition(last) { text.removeLast() }
        return text
    }
}
