// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
package import EngramLearning
import Foundation

/// A data set file: a shard file all of whose rows are training rows, not yet divided among agents.
package struct DatasetOutputOptions: ParsableArguments {
    @Option(help: "The data set file to write (safetensors).") package var output: String
    @OptionGroup package var format: FormatOptions

    package init() {}

    package func deliver(_ data: Dataset, task: Task, classes: Int?) throws {
        let highest = data.classes.max().map { Int($0) + 1 } ?? 1
        let name = URL(fileURLWithPath: output).deletingPathExtension().lastPathComponent
        let shard = try Shard(
            observer: name, task: task, classes: classes ?? max(2, highest), data: data, train: Array(0..<data.count),
            validation: [],
            test: [])
        try InputFile.write(shard.safetensors(), to: output)
        if format.json {
            try Output.print(json: ShardSummary(shard, file: output))
        } else {
            Output.print(FederationWords.text(of: shard, at: output))
        }
    }
}

/// A shard in figures, for `--json`.
struct ShardSummary: Encodable {
    let file: String
    let observer: String
    let task: Task
    let classes: Int
    let truth: String?
    let rows: Int
    let features: Int
    let train: Int
    let validation: Int
    let test: Int
    let warmTest: Int?
    let coldTest: Int?
    let hasMemorability: Bool
    let hasRemembered: Bool

    init(_ shard: Shard, file: String) {
        self.file = file
        observer = shard.observer
        task = shard.task
        classes = shard.classes
        truth = shard.truth
        rows = shard.data.count
        features = shard.data.dimension
        train = shard.train.count
        validation = shard.validation.count
        test = shard.test.count
        warmTest = shard.cold.map { _ in shard.warmTest.count }
        coldTest = shard.cold.map { _ in shard.coldTest.count }
        hasMemorability = shard.memorability != nil
        hasRemembered = shard.remembered != nil
    }
}
