// SPDX-License-Identifier: Apache-2.0

/// One question of the evidence: federations, methods, and the tables and drawings that answer it.
package struct Section: Sendable {
    /// How much is run.
    package enum Scale: String, Sendable {
        /// What the published page shows.
        case full
        /// The same path in minutes: fewer rounds, agents and seeds. It shows that everything works, and is no evidence.
        case quick
    }

    /// What some agents do to the others, in the words of the command `simulate`.
    package struct Harm: Hashable, Sendable {
        /// `alie(z=1)`.
        package let attack: String
        /// A share, names, or so many of a group.
        package let attackers: String

        package init(_ attack: String, attackers: String) {
            self.attack = attack
            self.attackers = attackers
        }
    }

    /// One federation and the methods on it. Cases of one name stand in one table.
    package struct Case: Sendable {
        package let name: String
        package let federation: any FederationBuilder
        package let harm: Harm?
        /// Settings of all methods.
        package let settings: [String]
        package let contestants: [Contestant]
        package let seeds: [Int]

        package init(
            _ name: String, _ federation: any FederationBuilder, harm: Harm? = nil, settings: [String],
            _ contestants: [Contestant], seeds: [Int]
        ) {
            self.name = name
            self.federation = federation
            self.harm = harm
            self.settings = settings
            self.contestants = contestants
            self.seeds = seeds
        }
    }

    /// As on the command line.
    package let name: String
    package let title: String
    /// What is asked, how it is measured and where it departs from what it is compared with: Markdown.
    package let text: String
    package let cases: @Sendable (Scale) -> [Case]
    package let tables: [EvidenceTable]
    package let figures: [EvidenceFigure]

    package init(
        name: String, title: String, text: String, tables: [EvidenceTable], figures: [EvidenceFigure] = [],
        cases: @escaping @Sendable (Scale) -> [Case]
    ) {
        self.name = name
        self.title = title
        self.text = text
        self.tables = tables
        self.figures = figures
        self.cases = cases
    }
}
