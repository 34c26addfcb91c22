// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
package import EngramLearning
package import EngramTensors
import Foundation

/// `engram data import npy`.
package struct ImportNpyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "npy", abstract: "Features [n, d] and labels [n] in numpy's .npy or .npz.",
        discussion: """
            An array inside an .npz is named after a colon.

            Example: engram data import npy --features set.npz:x --labels set.npz:y --task classes --output D.safetensors
            """)

    @Option(help: "file.npy, or file.npz:name.") package var features: String
    @Option(help: "file.npy, or file.npz:name.") package var labels: String
    @Option(help: "classes, scores or remembered.") package var task: Task
    @Option(help: "How many classes there are (the highest label + 1 if it is missing).") package var classes: Int?
    @Option(help: "For byte features: the number by which a byte is multiplied.") package var scale: Float = 1
    @Option(help: "For byte features: the number that is then added.") package var offset: Float = 0
    @OptionGroup package var output: DatasetOutputOptions

    package init() {}

    package func run() async throws {
        let (values, ids) = (try NpyFile.read(features), try NpyFile.read(labels))
        let data = try InputFile.naming(features) {
            try Dataset(features: values, labels: ids, task: task, scale: scale, offset: offset)
        }
        try output.deliver(data, task: task, classes: classes)
    }
}

/// An array in a .npy file, or in a member of an .npz: `file.npz:name`.
package enum NpyFile {
    package static func read(_ place: String) throws(OperatorError) -> Npy {
        if let colon = place.range(of: ".npz:") {
            let path = String(place[..<place.index(before: colon.upperBound)]), name = String(place[colon.upperBound...])
            let bytes = try InputFile.read(path)
            let file = try InputFile.naming(path) { try Npz(parsing: bytes) }
            guard let array = file[name] else {
                throw .badInput("\(path): there is no array '\(name)'; it has \(file.arrays.map(\.name).joined(separator: ", "))")
            }
            return array
        }
        let bytes = try InputFile.read(place)
        if place.hasSuffix(".npz") { throw .usage("\(place): say which array is meant: \(place):NAME") }
        return try InputFile.naming(place) { try Npy(parsing: bytes) }
    }
}
