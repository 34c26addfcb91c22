// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramLearning
import Foundation

/// `engram data inspect`.
package struct DataInspectCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Say what is in a shard, a data set file or a federation folder, in words.",
        discussion: "A folder is checked as a whole: every shard is read and compared with federation.json.")

    @Argument(help: "A .safetensors file or a federation folder.") package var place: String
    @OptionGroup package var format: FormatOptions

    package init() {}

    package func run() async throws {
        if InputFile.isFolder(place) {
            let folder = try FederationFolder(reading: place)
            // Reading them is the check.
            for entry in folder.manifest.shards { _ = try folder.shard(entry) }
            if format.json {
                try Output.print(json: folder.manifest)
            } else {
                Output.print(FederationWords.text(of: folder.manifest, at: place))
            }
        } else {
            let bytes = try InputFile.read(place)
            let name = URL(fileURLWithPath: place).deletingPathExtension().lastPathComponent
            let shard = try InputFile.naming(place) { try Shard(safetensors: bytes, name: name) }
            if format.json {
                try Output.print(json: ShardSummary(shard, file: place))
            } else {
                Output.print(FederationWords.text(of: shard, at: place))
            }
        }
    }
}
