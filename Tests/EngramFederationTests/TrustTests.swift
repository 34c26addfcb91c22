// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

/// Rules that weigh agents by whom they resemble: FLTrust and FoolsGold.
@Suite(.timeLimit(.minutes(5))) struct TrustTests {
    private var trust: FLTrust {
        var rule = FLTrust()
        rule.root = "a0"
        return rule
    }

    @Test func flTrustByHand() throws {
        // The root has norm 2. Cosines: 1, 0.6, −1, 0; lengths become 2.
        let updates: [[Float]] = [[2, 0], [3, 4], [-7, 0], [0, 5]]
        // (2, 0) with trust 1 and (1.2, 1.6) with trust 0.6, over 1.6.
        let expected: [Double] = [2.72 / 1.6, 0.96 / 1.6]
        #expect(ToyUpdates.gap(try trust.combining(UpdateBatch(updates), count: 2), expected) < 1e-6)
    }

    /// Nobody moves the model farther than the root would have.
    @Test func theRootBoundsTheStep() throws {
        for seed in 0..<20 {
            var updates = ToyUpdates.normal(6, 8, seed: UInt64(seed))
            Kernels.scale(1e6, &updates[3])
            let result = try trust.combining(UpdateBatch(updates), count: 8)
            #expect(Kernels.norm(result) <= Kernels.norm(updates[0]) * (1 + 1e-6))
        }
    }

    @Test func withoutTheRootTheModelStays() throws {
        let updates: [[Float]] = [[1, 1], [2, 2]]
        let batch = UpdateBatch(agents: [.toy(1), .toy(2)], weights: [1, 1]) { updates[$0] }
        #expect(try trust.combining(batch, count: 2) == [0, 0])
        #expect(try trust.combining(UpdateBatch([[0, 0], [2, 2]]), count: 2) == [0, 0])
    }

    @Test(arguments: [
        "{aggregation: fltrust}", "{aggregation: {kind: fltrust, root: 'no spaces'}}",
        "{preset: constellation, aggregation: {kind: fltrust, root: a0}}",
    ])
    func recipesWithoutAUsableRootAreRefused(text: String) {
        let error = #expect(throws: RecipeError.self) { try Recipe(yaml: text) }
        guard case .senseless(let why) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(why.contains("fltrust"))
    }

    @Test func aRecipeWithARootReadsBack() throws {
        let recipe = try Recipe(yaml: "aggregation: {kind: fltrust, root: a0}")
        #expect((recipe.aggregation as? FLTrust)?.root == "a0")
        #expect(try Recipe(yaml: recipe.yaml).yaml == recipe.yaml)
    }

    /// The published loops, written out.
    private func foolsGold(_ cosines: [[Double]]) -> [Double] {
        let n = cosines.count
        var cs = cosines
        for i in 0..<n { cs[i][i] = 0 }
        let v = cs.map { max(0, $0.max() ?? 0) }
        for i in 0..<n { for j in 0..<n where i != j && v[i] < v[j] { cs[i][j] *= v[i] / v[j] } }
        var alpha = cs.map { min(1, max(0, 1 - ($0.max() ?? 0))) }
        let top = alpha.max() ?? 1
        for i in 0..<n {
            alpha[i] /= top
            let logit = alpha[i] >= 1 ? 1 : Double(alpha[i] / (1 - alpha[i]))
            alpha[i] = alpha[i] >= 1 ? 1 : min(1, max(0, 0.5 + log(logit)))
        }
        return alpha
    }

    @Test func foolsGoldWeightsAgainstThePublishedLoops() {
        for seed in 0..<20 {
            let gram = Gram(ToyUpdates.normal(6, 4, seed: UInt64(seed)))
            let cosines = (0..<6).map { i in (0..<6).map { gram.cosine(i, $0) } }
            let (found, expected) = (FoolsGold.weights(gram), foolsGold(cosines))
            for i in 0..<6 { #expect(abs(found[i] - expected[i]) < 1e-12) }
        }
    }

    /// Five sybils push one way, each with a little noise; the honest keep nearly all the weight, more so with every round.
    @Test func sybilsLoseTheirWeight() throws {
        var memory: [Float]?
        var result: [Float] = []
        for round in 0..<4 {
            let honest = ToyUpdates.normal(4, 600, seed: UInt64(100 + round))
            let noise = ToyUpdates.normal(5, 600, seed: UInt64(200 + round))
            let sybils = noise.map { $0.map { 1 + 0.05 * $0 } }
            result = try FoolsGold().combine(UpdateBatch(honest + sybils), count: 600, memory: &memory)
        }
        let along = Double(result.reduce(0, +)) / 600
        #expect(abs(along) < 0.1)
        #expect(memory?.count == 9 * 516)
    }

    /// Rows of the memory belong to agents, not to places in a round.
    @Test func historyFollowsTheAgent() throws {
        let updates = ToyUpdates.normal(3, 50, seed: 9)
        func batch(_ who: [Int]) -> UpdateBatch {
            UpdateBatch(agents: who.map { .toy($0) }, weights: who.map { _ in 1 }) { updates[who[$0]] }
        }
        var memory: [Float]?
        _ = try FoolsGold().combine(batch([0, 1, 2]), count: 50, memory: &memory)
        let first = AgentSketches(memory)
        _ = try FoolsGold().combine(batch([1]), count: 50, memory: &memory)
        var (before, after) = (first, AgentSketches(memory))
        let zeros = [Float](repeating: 0, count: 50)
        for agent in 0..<3 {
            let (old, new) = (before.add(zeros, of: .toy(agent)), after.add(zeros, of: .toy(agent)))
            #expect(ToyUpdates.gap(new, old.map { agent == 1 ? 2 * Double($0) : Double($0) }) < 1e-5)
        }
        #expect(AgentSketches([1, 2, 3]).memory.isEmpty)
    }
}
