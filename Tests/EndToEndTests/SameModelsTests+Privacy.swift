// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning
import EngramWire
import Testing

/// Attackers work their accomplices' updates out by themselves, and noise has a seed: simulation and deployment agree here too.
extension SameModelsTests {
    @Test(arguments: ["label_flip", "alie(z=1)", "model_replacement(scale=4)"]) func attacksAgree(_ attack: String) async throws {
        let shards = try ToyFederation.shards(agents: 5, groups: 2)
        let recipe = try ToyFederation.recipe(agents: 5, rounds: 4)
        let plan = try AttackPlan(
            attack, attackers: "cluster:g0:2", among: shards.map { ($0.id, $0.shard.truth) }, recipe: recipe)
        let expected = try simulated(recipe, shards, attack: plan)
        #expect(try await deployed(.memory, recipe, shards, attack: plan).models == expected)
        #expect(try simulated(recipe, shards) != expected)
    }

    @Test(arguments: [
        ("dp-fedavg-adaptive", "privacy: {noise_seed: 3}"),
        ("fedavg", "privacy: {kind: local, noise_seed: 3}"),
    ]) func noiseAgrees(_ preset: String, _ privacy: String) async throws {
        let shards = try ToyFederation.shards(agents: 5, groups: 1)
        let recipe = try ToyFederation.recipe(preset, agents: 5, rounds: 6, privacy)
        let report = try await deployed(.memory, recipe, shards, shuffled: true)
        #expect(report.models == (try simulated(recipe, shards)))
        #expect(report.privacy?.rounds.count == 6)
    }

    /// Without a seed of its own each run has noise that nobody can foresee.
    @Test func secretNoiseDiffers() throws {
        let shards = try ToyFederation.shards(agents: 4, groups: 1)
        let recipe = try ToyFederation.recipe("dp-fedavg", agents: 4, rounds: 2)
        #expect(try simulated(recipe, shards) != simulated(recipe, shards))
    }
}
