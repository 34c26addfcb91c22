// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// What each attack sends, against its formula.
@Suite(.timeLimit(.minutes(5))) struct AttackTests {
    private let pooled: [[Float]] = [[1, 2, 3], [3, 2, -1], [2, 5, 1]]

    private func sent(_ text: String, own: [Float] = [1, 2, 3]) throws -> [Float] {
        var generator = SeededGenerator(seed: 1)
        return try AttackPlan.attack(text).spoilt(AttackScene(own: own, pooled: pooled), using: &generator)
    }

    @Test func closedForms() throws {
        #expect(try sent("sign_flip(scale=2)") == [-2, -4, -6])
        #expect(ToyUpdates.gap(try sent("ipm(epsilon=0.5)"), [-1, -1.5, -0.5]) < 1e-6)
        // Variances of (1, 3, 2), (2, 2, 5), (3, −1, 1).
        let moved = [2 - 1.5 * (2.0 / 3).squareRoot(), 3 - 1.5 * 2.0.squareRoot(), 1 - 1.5 * (8.0 / 3).squareRoot()]
        #expect(ToyUpdates.gap(try sent("alie(z=1.5)"), moved) < 1e-6)
        #expect(try sent("alie(z=0)") == [2, 3, 1])
        #expect(try sent("model_replacement(scale=4)") == [4, 8, 12])
        #expect(abs(Kernels.norm(try sent("model_replacement(scale=100, bound=7)")) - 7) < 1e-5)
        #expect(try sent("model_replacement(scale=1, bound=7)") == [1, 2, 3])
        #expect(try sent("label_flip") == [1, 2, 3])
    }

    /// As far as it goes without being farther from an honest update than two of them are from each other, and no farther.
    @Test func minMaxTouchesItsBound() throws {
        let honest = ToyUpdates.normal(6, 40, seed: 3)
        var generator = SeededGenerator(seed: 1)
        let scene = AttackScene(own: honest[0], pooled: honest)
        let update = MinMax().spoilt(scene, using: &generator)
        func distance(_ a: [Float], _ b: [Float]) -> Double { ToyUpdates.squaredDistance(a, b).squareRoot() }
        let widest = honest.flatMap { a in honest.map { distance(a, $0) } }.max() ?? 0
        let farthest = honest.map { distance($0, update) }.max() ?? 0
        #expect(abs(farthest - widest) < 1e-4 * widest)
        let mean = ToyUpdates.mean(honest)
        #expect(zip(update, mean).allSatisfy { Double($0) < $1 })
        // Nothing to hide in: the mean itself.
        let alone = MinMax().spoilt(AttackScene(own: honest[0], pooled: [honest[0]]), using: &generator)
        #expect(alone == honest[0])
    }

    @Test func noiseHasItsMoments() throws {
        let draws = try sent("noise(mean=0.5, deviation=2)", own: [Float](repeating: 9, count: 20_000)).map(Double.init)
        let mean = draws.reduce(0, +) / 20_000
        #expect(abs(mean - 0.5) < 0.07)
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        #expect(abs(variance.squareRoot() - 2) < 0.05)
    }

    /// With n agents of equal weight and honest ones that stand still, a mean becomes the attacker's model.
    @Test func replacementReplaces() throws {
        let step = try sent("model_replacement(scale=5)", own: [0.5, -1, 2])
        let updates = [step] + [[Float]](repeating: [0, 0, 0], count: 4)
        #expect(ToyUpdates.gap(try WeightedMean().combining(UpdateBatch(updates), count: 3), [0.5, -1, 2]) < 1e-6)
    }

    @Test func labelsAreTurnedRoundWhereItCounts() throws {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        let turned = LabelFlip().poisoned(shard)
        let (before, after) = (shard.data.classes, turned.data.classes)
        for row in shard.train + shard.validation { #expect(after[row] == 2 - before[row]) }
        for row in shard.test { #expect(after[row] == before[row]) }
        #expect(turned.data.features == shard.data.features)
        let scores: [Float] = [1, 2, 5, 3]
        let data = try Dataset(features: .float32([0, 0, 0, 0]), dimension: 1, targets: .scores(scores))
        let scored = try Shard(observer: "s", task: .scores, classes: 1, data: data, train: [0, 2], validation: [1], test: [3])
        #expect(LabelFlip().poisoned(scored).data.scores == [5, 4, 1, 3])
    }

    @Test(arguments: ["alie(z=1", "alei", "alie(y=1)", "alie(z=x)", "alie(z=1)(z=2)", "noise(deviation=-1)", ""])
    func badAttacksAreErrors(text: String) {
        #expect(throws: AttackError.self) { try AttackPlan.attack(text) }
    }

    @Test func optionsAreRead() throws {
        #expect((try AttackPlan.attack("noise( deviation = 0.3 , mean=1)") as? NoiseAttack)?.deviation == 0.3)
        #expect((try AttackPlan.attack("alie") as? LittleIsEnough)?.z == 1)
        let error = #expect(throws: AttackError.self) { try AttackPlan.attack("alei") }
        #expect(error?.description.hasPrefix("attack 'alei': attack: there is no 'alei'; did you mean 'alie'?") == true)
    }
}
