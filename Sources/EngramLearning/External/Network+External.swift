// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// What stands in the place of a network's layers when nobody here knows them. A class, so that networks stay small: they are copied a lot.
package final class ExternalLayers: Sendable {
    let head: [String]
    /// Nil where nothing is ever computed: on the coordinator.
    let learner: (any Learner)?

    init(head: [String], learner: (any Learner)?) {
        self.head = head
        self.learner = learner
    }
}

extension Network {
    /// A network of unknown layers: the tensors of `model`, computed and trained by `learner`. `spec` tells inputs, outputs and task.
    ///
    /// What needs layers (latents, gradients, fresh draws) is for recipes to refuse (`Recipe.objectionToExternalModel`).
    package init(_ spec: ModelSpec, _ model: ExternalModel, learner: (any Learner)?) {
        self.spec = spec
        layout = model.layout
        weights = []
        biases = []
        batchNorms = []
        external = ExternalLayers(head: model.head, learner: learner)
    }

    /// Who computes this network; nil: this code does.
    package var learner: (any Learner)? { external?.learner }

    /// The outputs of unknown layers; nil when the layers are here.
    func externalOutputs(_ parameters: ParameterSet, rows: [Int]) -> [Float]? {
        guard let external else { return nil }
        check(parameters.values)
        guard let learner = external.learner else {
            preconditionFailure("a model of unknown layers was asked without its learner")
        }
        return rows.isEmpty ? [] : learner.outputs(parameters, rows: rows)
    }

    /// What of a method's terms a learner can be told; the rest is refused with the recipe.
    func lesson(_ terms: Terms, _ sgd: SGD, rows: [Int], rate: Double, using generator: inout SeededGenerator) -> Lesson {
        precondition(terms.correction == nil && terms.latent == nil, "no learner takes corrections or terms on latents")
        return Lesson(
            rows: rows, sgd: sgd, rate: rate, pull: terms.pull, frozen: names(in: terms.frozen),
            seed: UInt32(truncatingIfNeeded: generator.next() >> 33))
    }
}
