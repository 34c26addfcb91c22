// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
package import EngramFederation

/// `--recipe`, `--set` and `--seed`, the same wherever a recipe is needed.
package struct RecipeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A preset (engram recipe ls) or a YAML file.", valueName: "preset|file"))
    package var recipe = "constellation"

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Change one key: rounds=30, grouping.minimum_size=3; may be repeated.", valueName: "key=value"))
    package var overrides: [String] = []

    @Option(help: "Everything random follows from it (the recipe's own seed if it is missing).")
    package var seed: Int?

    package init() {}

    package func resolved() throws(OperatorError) -> Recipe {
        try RecipeSource.recipe(recipe, overrides: overrides + (seed.map { ["seed=\($0)"] } ?? []))
    }
}

/// `--json`.
package struct FormatOptions: ParsableArguments {
    @Flag(help: "Print JSON for programs instead of text for people.")
    package var json = false

    package init() {}
}
