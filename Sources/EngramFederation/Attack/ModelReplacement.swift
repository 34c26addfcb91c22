// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// The update towards a model of the attacker's own, enlarged so that it survives the mean: scale·(x − w), x trained on labels turned round.
///
/// The paper's scale is n/η: with n equal agents and one attacker a mean becomes x. Its constrained form scales to a norm bound that is known
/// to be enforced. The paper's aim is a hidden backdoor, which needs features that can be edited; here x is plainly wrong.
package struct ModelReplacement: Attack {
    package static let name = "model_replacement"
    package static let summary = "sends an enlarged step to a model of its own (Bagdasaryan et al. 2020)"

    package var scale = 10.0
    package var bound = 0.0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("scale", &scale, 0...1e6, "times the own update: the number of agents replaces their mean")
        try options.number("bound", &bound, 0...1e9, "greatest norm, for recipes that clip; 0: none")
    }

    package func poisoned(_ shard: Shard) -> Shard { LabelFlip().poisoned(shard) }

    package func spoilt(_ scene: AttackScene, using generator: inout SeededGenerator) -> [Float] {
        let norm = Kernels.norm(scene.own) * scale
        let factor = bound > 0 ? NormBound(radius: bound).factor(norm) : 1
        var update = scene.own
        Kernels.scale(Float(scale * factor), &update)
        return update
    }
}
