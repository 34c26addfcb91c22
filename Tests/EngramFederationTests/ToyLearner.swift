// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@testable import EngramFederation

/// The built-in network as somebody else's program: what it computes is known, how it is reached is a learner's way.
final class ToyLearner: Learner {
    private let network: Network
    private let shard: Shard
    let skills: Set<LearnerSkill>
    let failure: String?

    init(_ spec: ModelSpec, _ shard: Shard, skills: Set<LearnerSkill> = Set(LearnerSkill.allCases), failure: String? = nil) {
        network = Network(spec)
        self.shard = shard
        self.skills = skills
        self.failure = failure
    }

    func begin(round: Int) {}

    func outputs(_ parameters: ParameterSet, rows: [Int]) -> [Float] { network.outputs(parameters, shard.data, rows: rows) }

    func train(_ parameters: inout ParameterSet, _ lesson: Lesson) -> Double {
        var draws = SeededGenerator(seed: UInt64(lesson.seed))
        let terms = Terms(pull: lesson.pull, frozen: network.ranges(of: lesson.frozen))
        return Trainer(network, lesson.sgd).train(
            &parameters, on: shard.data, rows: lesson.rows, terms: terms, rate: lesson.rate, using: &draws
        ).loss
    }

    /// A recipe's built-in model as a file of somebody's own.
    static func model(like recipe: Recipe) throws -> ExternalModel {
        let network = Network(recipe.modelSpec(for: ToyFederation.profile))
        let head = network.headNames.joined(separator: ",")
        return try ExternalModel(file: recipe.initialModel(network, 0).safetensors(metadata: [ExternalModel.headKey: head]))
    }
}
