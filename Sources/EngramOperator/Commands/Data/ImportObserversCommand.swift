// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
package import EngramLearning
import Foundation

/// `engram data import observers`.
package struct ImportObserversCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "observers",
        abstract: "One shard per person, of a folder of responses to images.",
        discussion: """
            The folder holds images.csv (columns image, cold), responses.csv (columns observer, image, the label, test) and features of the
            images as .npy, row number = image. Rows with test=0 are for training, a part of them for validation; test=1 for test, reported
            apart for warm images (others trained on them) and cold ones (nobody did).

            --standardise takes each feature column to mean 0 and deviation 1 over the images, and, for scores, labels to
            (label - mean) / deviation with two constants found once over the training responses and recorded in federation.json.

            Example: engram data import observers --folder D --features pca64.npy --label beauty --task scores --standardise --output F
            """)

    @Option(help: "The folder with images.csv, responses.csv and the features.") package var folder: String
    @Option(help: "Feature files, comma-separated; columns are put side by side.") package var features: String
    @Option(help: "The column of responses.csv to learn.") package var label: String
    @Option(help: "scores, remembered or classes.") package var task: Task
    @Option(help: "For the task classes: how many.") package var classes = 2
    @Option(help: "Part of each observer's training rows that is for validation.") package var validation = 0.15
    @Option(help: "What a part is taken of: rows of each observer, or images, which nobody trains on then.")
    package var validationOf = ObserverTable.ValidationUnit.rows
    @Option(help: "The seed of the validation rows.") package var seed = 1
    @Option(help: "A column of images.csv with how memorable each image is, 0 to 1.") package var memorability: String?
    @Option(help: "Only the first so many observers.") package var limit: Int?
    @Flag(help: "Bring features and scores to one scale (see above).") package var standardise = false
    @OptionGroup package var output: FolderOutputOptions

    package init() {}

    package func run() async throws {
        var source = ObserverImport(
            folder: folder, features: features.split(separator: ",").map(String.init), label: label, task: task)
        source.classes = classes
        source.validation = validation
        source.validationUnit = validationOf
        source.seed = seed
        source.memorability = memorability
        source.standardised = standardise
        source.limit = limit
        let (agents, constants) = try source()
        try output.deliver(
            agents, fallbackName: URL(fileURLWithPath: folder).lastPathComponent, command: "data import observers", seed: seed,
            constants: constants)
    }
}

extension Task: ExpressibleByArgument {}
extension ObserverTable.ValidationUnit: ExpressibleByArgument {}
