// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct CatalogueTests {
    struct Axis: Sendable {
        let folder: String
        /// Folders that sort the choices by theme.
        var themes: Set<String> = []
        /// Files that hold the axis itself.
        let frame: Set<String>
        /// Type names of the catalogue's choices.
        let types: Set<String>
        let names: [String]
    }

    static func axis<T>(
        _ folder: String, themes: Set<String> = [], _ frame: Set<String>, _ catalogue: Catalogue<T>
    ) -> Axis {
        let types = catalogue.items.compactMap { catalogue.make($0.name) }.map { "\(type(of: $0 as Any))" }
        return Axis(folder: folder, themes: themes, frame: frame, types: Set(types), names: catalogue.names)
    }

    static let axes = [
        axis("Sharing", ["Sharing"], .sharing),
        axis(
            "Training", themes: ["Shared", "Personal", "Representation", "ClosedForm"],
            ["LocalTraining", "LocalStep", "MetaGradient"], .training),
        axis("Grouping", ["Grouping", "GroupingProcess", "OwnModels"], .grouping),
        axis(
            "Aggregation", ["Aggregation", "UpdateBatch", "Gram", "KrumScores", "NormBound", "AgentSketches"], .aggregation),
        axis("Server", ["ServerStep", "AdaptiveStep"], .server), axis("Cohort", ["Cohort"], .cohort),
        axis(
            "Privacy",
            [
                "Privacy", "PrivacyLedger", "NoisyRelease", "AdaptiveClip", "DuchiMechanism", "GaussianNoise", "RDPAccountant",
            ], .privacy),
        axis("Attack", ["Attack", "Attacker", "AttackError", "AttackPlan", "AttackScene"], .attack),
    ]

    /// A choice is a file (or a folder) named after its type; a forgotten line in the catalogue would make it unreachable.
    @Test(arguments: axes) func everyChoiceOfTheFolderIsInTheCatalogue(axis: Axis) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appending(path: "Sources/EngramFederation/\(axis.folder)")
        func names(_ folder: URL) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }
        }
        let themed = try axis.themes.sorted().flatMap { try names(folder.appending(path: $0)) }
        let files = try names(folder).filter { !axis.themes.contains($0) } + themed
        let choices = Set(files.map { $0.replacing(".swift", with: "") }.map { String($0.prefix { $0 != "+" }) }).subtracting(
            axis.frame)
        #expect(choices == axis.types)
        #expect(axis.types.count >= 2)
        #expect(Set(axis.names).count == axis.names.count)
    }
}
