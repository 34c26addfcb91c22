// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramFederation
import EngramWire
import Foundation

/// One simulation of the suite.
package struct Trial: Sendable {
    package let section: String
    /// The case's name.
    package let group: String
    package let federation: any FederationBuilder
    package let harm: Section.Harm?
    package let contestant: Contestant
    package let recipe: Recipe
    /// Names the result: equal exactly when everything that determines it is. It knows nothing of the code; after a change of a
    /// method, start afresh.
    package let key: Digest

    /// Raised when results of older programs must not be taken for new ones.
    private static let generation = 3

    package init(
        section: String, of item: Section.Case, contestant: Contestant, recipe: Recipe, data: [Digest]
    ) throws {
        self.section = section
        group = item.name
        federation = item.federation
        harm = item.harm
        self.contestant = contestant
        self.recipe = recipe
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let parts = [
            "engram.trial/\(Self.generation)", SoftwareVersion.text, federation.identity,
            harm.map { "\($0.attack) by \($0.attackers)" } ?? "no harm", "\(recipe.seed)",
            data.map(\.hex).joined(separator: " "), String(decoding: try encoder.encode(JSONValue(recipe.tree)), as: UTF8.self),
        ]
        key = Digest(of: Array(parts.joined(separator: "\n").utf8))
    }

    package var name: String { "\(section), \(group): \(contestant.name), seed \(recipe.seed)" }

    /// Grows with the time that it takes, as far as that can be told beforehand.
    package var effort: Double { federation.size * Double(recipe.rounds) }
}
