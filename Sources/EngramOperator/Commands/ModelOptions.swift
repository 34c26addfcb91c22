// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
package import EngramFederation
import EngramLearning
package import EngramWire
import Foundation

/// `--model`, where a run is started.
package struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Train this model, a safetensors file, by the agents' own trainers (docs/own-trainers.md).", valueName: "file"))
    package var model: String?

    package init() {}

    /// Puts the model, if there is one, into the recipe.
    package func apply(to recipe: inout Recipe) throws(OperatorError) {
        if let model { try Self.apply(model, to: &recipe) }
    }

    package static func apply(_ path: String, to recipe: inout Recipe) throws(OperatorError) {
        let bytes = try InputFile.read(path, limit: ExternalModel.fileLimit)
        recipe.external = try InputFile.naming(path) { try ExternalModel(file: bytes) }
        do {
            try recipe.validate()
        } catch {
            throw OperatorError(error)
        }
    }
}

extension CoordinatorLink {
    /// Starts a run; the model of its own, if it has one, goes ahead in pieces.
    package func start(_ recipe: Recipe, as run: RunID?) async throws -> Admin.RunLine {
        if let model = recipe.external {
            guard let file = model.file else {
                throw OperatorError.badInput("the recipe names a model of its own, but not where it is: add --model FILE")
            }
            for start in stride(from: 0, to: file.count, by: Admin.ModelPiece.limit) {
                let piece = file[start..<min(start + Admin.ModelPiece.limit, file.count)]
                _ = try await ask(.putModel, Admin.ModelPiece(offset: start, bytes: Data(piece)), as: Admin.ModelHeld.self)
            }
        }
        return try await ask(.startRun, Admin.StartRun(recipe: recipe.yaml, run: run), as: Admin.RunLine.self)
    }
}
