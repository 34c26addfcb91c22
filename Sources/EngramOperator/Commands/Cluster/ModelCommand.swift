// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramBytes
import EngramFederation
import EngramTensors

/// `engram model`.
package struct ModelCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Take models out.", subcommands: [ModelExportCommand.self, ModelConvertCommand.self])

    package init() {}
}

/// `engram model export`.
package struct ModelExportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a cluster's model as safetensors or ONNX.",
        discussion: """
            Tensors layers.N.weight [out, in] and layers.N.bias [out], Float32; ReLU between layers. The digest is checked on the way.
            As ONNX it reads `features` [rows, inputs] and gives `outputs` [rows, outputs]: logits, or scores. What stays with the
            agents (a private head, say) is not in a cluster's model: convert what an agent has deployed.

            Example: engram model export --cluster c2 --output c2.safetensors
                     engram model export --cluster c2 --format onnx --output c2.onnx
            """)

    @Option(help: "The cluster, such as c2.") package var cluster: String
    @Option(help: "The file to write.") package var output: String
    @Option(name: .customLong("run"), help: "The run (the newest if it is missing).") package var runName: String?
    @Option(help: "safetensors or onnx.") package var format: ModelFormat = .safetensors
    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let name = Admin.ClusterName(run: try Named.run(runName), cluster: try Named.cluster(cluster))
        let (model, bytes) = try await connection.link { link in
            let model = try await link.ask(.exportModel, name, as: Admin.ModelRef.self)
            return (model, try await link.fetch(model.digest))
        }
        try InputFile.write(try format.written(bytes, path: "\(model.cluster)"), to: output)
        if connection.format.json { return try Output.print(json: model) }
        Output.print(
            "\(output): \(model.cluster) version \(model.version), \(Words.bytes(model.size)), sha256 \(model.digest.hex)")
    }
}

/// `engram model convert`.
package struct ModelConvertCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Turn a model file into ONNX.",
        discussion: """
            For what an agent has deployed (STATE/deployed/RUN.safetensors) and what export or simulate wrote.

            Example: engram model convert agent-state/deployed/r1.safetensors --output mine.onnx
            """)

    @Argument(help: "The model, a safetensors file.") package var file: String
    @Option(help: "The file to write.") package var output: String
    @OptionGroup package var format: FormatOptions

    package init() {}

    package func run() throws {
        struct Converted: Encodable {
            let output: String
            let bytes: Int
        }
        let model = try ModelFormat.onnx.written(try InputFile.read(file), path: file)
        try InputFile.write(model, to: output)
        if format.json { return try Output.print(json: Converted(output: output, bytes: model.count)) }
        Output.print("\(output): ONNX, \(Words.bytes(model.count))")
    }
}

/// What a model is written as.
package enum ModelFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case safetensors, onnx

    /// From the bytes of a safetensors file; `path` is for messages.
    func written(_ bytes: [UInt8], path: String) throws -> [UInt8] {
        switch self {
        case .safetensors: bytes
        case .onnx: OnnxModel(try LayeredModel(try Safetensors(parsing: bytes), path: path)).bytes
        }
    }
}
