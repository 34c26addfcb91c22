// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramBytes
import EngramFederation

/// `engram model`.
package struct ModelCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Take models out.", subcommands: [ModelExportCommand.self])

    package init() {}
}

/// `engram model export`.
package struct ModelExportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a cluster's model as safetensors.",
        discussion: """
            Tensors layers.N.weight [out, in] and layers.N.bias [out], Float32; ReLU between layers. The digest is checked on the way.

            Example: engram model export --cluster c2 --output c2.safetensors
            """)

    @Option(help: "The cluster, such as c2.") package var cluster: String
    @Option(help: "The file to write.") package var output: String
    @Option(name: .customLong("run"), help: "The run (the newest if it is missing).") package var runName: String?
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let name = Admin.ClusterName(run: try Named.run(runName), cluster: try Named.cluster(cluster))
        let (model, bytes) = try await connection.link { link in
            let model = try await link.ask(.exportModel, name, as: Admin.ModelRef.self)
            return (model, try await link.fetch(model.digest))
        }
        try InputFile.write(bytes, to: output)
        if connection.format.json { return try Output.print(json: model) }
        Output.print(
            "\(output): \(model.cluster) version \(model.version), \(Words.bytes(model.size)), sha256 \(model.digest.hex)")
    }
}
