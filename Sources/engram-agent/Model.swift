// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramAgent
import EngramLearning
import EngramTensors
import Logging

struct Model: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Asks a trainer for a first model, for an operator to start a run from.",
        discussion: """
            The shard tells the trainer how many inputs and outputs there are; nothing of it goes into the model.

            Example: engram-agent model --trainer 'python3 cnn.py' --shard FILE --output model.safetensors
            Then:    engram run start --model model.safetensors
            """)

    @Option(help: "A shard of the kind that the agents have, a safetensors file.") var shard: String
    @Option(help: "Where the model goes, a safetensors file.") var output: String
    @Option(help: "What its random numbers follow from.") var seed: UInt32 = 1
    @OptionGroup var options: TrainerOptions

    func run() async throws {
        Process.ignoreBrokenPipes()
        let log = Logger(label: "engram-agent", factory: { StreamLogHandler.standardError(label: $0) })
        let read = try ShardFile.read(shard)
        guard let trainer = options.learner(of: shard, read, agent: "model", log: log) else {
            throw ValidationError("say with --trainer which program makes the model")
        }
        defer { trainer.close() }
        let file = try trainer.firstModel(seed: seed & 0x7fff_ffff)
        let model = try ExternalModel(file: file)
        try DurableFile.write(file, to: output)
        print("\(output): \(model.layout.count) parameters in \(model.layout.tensors.count) tensors, sha256 \(model.digest)")
        print(model.head.isEmpty ? "no head is named" : "head: \(model.head.joined(separator: ", "))")
    }
}
