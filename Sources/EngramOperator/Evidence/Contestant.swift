// SPDX-License-Identifier: Apache-2.0
package import EngramFederation

/// A method as the suite names it: a preset and what is changed in it, in words, so that a list of methods is a list of lines.
package struct Contestant: Hashable, Sendable {
    /// As tables show it.
    package let name: String
    package let preset: String
    package let settings: [String]
    /// Which answer is the method's own.
    package let row: Row

    package init(_ preset: String, _ settings: String..., as name: String? = nil, row: Row = .deployed) {
        self.init(preset, settings, as: name, row: row)
    }

    package init(_ preset: String, _ settings: [String], as name: String?, row: Row) {
        self.preset = preset
        self.settings = settings
        self.row = row
        self.name = name ?? ([preset] + settings).joined(separator: " ")
    }

    /// Stands in settings for the run's seed.
    package static let seed = "SEED"

    /// The recipe on a federation: `common` settings first, then the method's own, then the seed.
    package func recipe(common: [String], seed: Int) throws(OperatorError) -> Recipe {
        try RecipeSource.recipe(
            preset, overrides: (common + settings).map { $0.replacing(Self.seed, with: String(seed)) } + ["seed=\(seed)"])
    }
}
