// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
package import EngramLearning

/// `engram data import csv`.
package struct ImportCSVCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "csv", abstract: "A table with a line of column names, one row per item.",
        discussion:
            "Example: engram data import csv --file t.csv --label score --task scores --features a,b,c --output D.safetensors")

    @Option(help: "The table.") package var file: String
    @Option(help: "The column to learn.") package var label: String
    @Option(help: "Feature columns, comma-separated (all but the label if missing).") package var features: String?
    @Option(help: "classes, scores or remembered.") package var task: Task
    @Option(help: "How many classes there are (the highest label + 1 if it is missing).") package var classes: Int?
    @OptionGroup package var output: DatasetOutputOptions

    package init() {}

    package func run() async throws {
        let bytes = try InputFile.read(file)
        let data = try InputFile.naming(file) {
            let table = try CSVTable(parsing: bytes)
            let names = features.map { $0.split(separator: ",").map(String.init) } ?? table.columns.filter { $0 != label }
            return try table.dataset(features: names, label: label, task: task)
        }
        try output.deliver(data, task: task, classes: classes)
    }
}
