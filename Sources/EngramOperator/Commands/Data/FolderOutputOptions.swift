// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
package import EngramLearning
package import EngramWire
import Foundation

/// Where a federation folder goes, and what is said about it.
package struct FolderOutputOptions: ParsableArguments {
    @Option(help: "The federation folder to write.") package var output: String
    @Option(help: "The federation's name in federation.json.") package var name: String?
    @Flag(help: "Replace a federation folder that lies there.") package var force = false
    @OptionGroup package var format: FormatOptions

    package init() {}

    package func deliver(
        _ agents: [(id: AgentID, shard: Shard)], fallbackName: String, command: String, seed: Int,
        constants: FederationManifest.Constants? = nil
    ) throws {
        let folder = try FederationFolder.write(
            agents, to: output, name: name ?? fallbackName, origin: .init(command: command, seed: seed), constants: constants,
            replacing: force)
        if format.json {
            try Output.print(json: folder.manifest)
        } else {
            Output.print(FederationWords.text(of: folder.manifest, at: output))
        }
    }
}
