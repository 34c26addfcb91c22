// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// What a hostile agent does. Not an axis of a recipe, since no coordinator would deploy it: the commands `simulate` and `local` give it to
/// some agents, to see what a recipe withstands.
package protocol Attack: Choice {
    /// Whether attackers pool their data: `AttackScene.pooled` then holds what each of them would have sent if it were honest.
    var colludes: Bool { get }
    /// Whether `spoilt` sends something else than the own update.
    var spoilsUpdates: Bool { get }
    /// What the attacker trains on and judges models by.
    func poisoned(_ shard: Shard) -> Shard
    /// What is sent in place of the attacker's own update.
    func spoilt(_ scene: AttackScene, using generator: inout SeededGenerator) -> [Float]
}

extension Attack {
    package var colludes: Bool { false }
    package var spoilsUpdates: Bool { true }
    package func poisoned(_ shard: Shard) -> Shard { shard }
    package func spoilt(_ scene: AttackScene, using generator: inout SeededGenerator) -> [Float] { scene.own }
}

extension Catalogue where Axis == any Attack {
    package static var attack: Self {
        Self([
            .init(name: LabelFlip.name, summary: LabelFlip.summary) { LabelFlip() },
            .init(name: SignFlip.name, summary: SignFlip.summary) { SignFlip() },
            .init(name: NoiseAttack.name, summary: NoiseAttack.summary) { NoiseAttack() },
            .init(name: InnerProduct.name, summary: InnerProduct.summary) { InnerProduct() },
            .init(name: LittleIsEnough.name, summary: LittleIsEnough.summary) { LittleIsEnough() },
            .init(name: MinMax.name, summary: MinMax.summary) { MinMax() },
            .init(name: ModelReplacement.name, summary: ModelReplacement.summary) { ModelReplacement() },
        ])
    }
}
