// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct CatalogueTests {
    struct Axis: Sendable {
        let folder: String
        /// Files that hold the axis itself.
        let frame: Set<String>
        /// Type names of the catalogue's choices.
        let types: Set<String>
        let names: [String]
    }

    static func axis<T>(_ folder: String, _ frame: Set<String>, _ catalogue: Catalogue<T>) -> Axis {
        let types = catalogue.items.compactMap { catalogue.make($0.name) }.map { "\(type(of: $0 as Any))" }
        return Axis(folder: folder, frame: frame, types: Set(types), names: catalogue.names)
    }

    static let axes = [
        axis("Sharing", ["Sharing"], .sharing), axis("Training", ["LocalTraining", "LocalStep", "MetaGradient"], .training),
        axis("Grouping", ["Grouping", "GroupingProcess"], .grouping),
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
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }
        let choices = Set(files.map { $0.replacing(".swift", with: "") }.map { String($0.prefix { $0 != "+" }) }).subtracting(
            axis.frame)
        #expect(choices == axis.types)
        #expect(axis.types.count >= 2)
        #expect(Set(axis.names).count == axis.names.count)
    }
}
