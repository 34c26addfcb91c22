// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
package import EngramLearning

/// Images and labels in the IDX format of the MNIST files.
package struct IdxOptions: ParsableArguments {
    @Option(parsing: .upToNextOption, help: ArgumentHelp("IDX files of images, plain or gzipped, in order.", valueName: "file"))
    package var images: [String] = []
    @Option(parsing: .upToNextOption, help: ArgumentHelp("IDX files of labels, one per file of images.", valueName: "file"))
    package var labels: [String] = []

    package init() {}

    package func dataset() throws -> Dataset {
        try IdxFiles.dataset(images: images, labels: labels)
    }
}

/// IDX files as one data set; row numbers go on counting from file to file.
package enum IdxFiles {
    package static func dataset(images: [String], labels: [String]) throws -> Dataset {
        guard !images.isEmpty, images.count == labels.count else {
            throw OperatorError.usage(
                "\(images.count) files of images and \(labels.count) of labels: give as many of each, at least one")
        }
        var parts: [Dataset] = []
        for (image, label) in zip(images, labels) {
            let (pixels, ids) = (try InputFile.read(image), try InputFile.read(label))
            parts.append(try InputFile.naming(image) { try Dataset(idxImages: pixels, labels: ids) })
        }
        return try Dataset.joined(parts)
    }
}

/// `engram data import idx`.
package struct ImportIdxCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "idx", abstract: "Images and labels in the IDX format (MNIST and its kin, .gz too).",
        discussion: """
            Pixels stay bytes and are read as -1 to 1.

            Example: engram data import idx --images train-images-idx3-ubyte.gz --labels train-labels-idx1-ubyte.gz --output D.safetensors
            """)

    @OptionGroup package var files: IdxOptions
    @OptionGroup package var output: DatasetOutputOptions

    package init() {}

    package func run() async throws {
        try output.deliver(try files.dataset(), task: .classes, classes: nil)
    }
}
