// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire

@testable import EngramFederation

extension UpdateBatch {
    /// A batch of agents a0, a1, …
    init(toyWeights weights: [Double], read: @escaping (Int) throws -> [Float]) {
        self.init(agents: weights.indices.map { .toy($0) }, weights: weights, read: read)
    }

    init(_ updates: [[Float]]) { self.init(toyWeights: updates.map { _ in 1 }) { updates[$0] } }
}

extension Aggregation {
    /// Combines once, without anything remembered.
    func combining(_ updates: UpdateBatch, count: Int) throws -> [Float] {
        var memory: [Float]?
        return try combine(updates, count: count, memory: &memory)
    }
}

/// Updates for tests of aggregation, as plain arrays.
enum ToyUpdates {
    /// Draws of the standard normal distribution.
    static func normal(_ agents: Int, _ count: Int, seed: UInt64) -> [[Float]] {
        var generator = SeededGenerator(seed: seed)
        return (0..<agents).map { _ in (0..<count).map { _ in Float(generator.normal()) } }
    }

    /// Honest agents near a common direction, with noise of deviation 0.1; the last `hostile` send −50 times that direction.
    static func attacked(_ agents: Int, hostile: Int, _ count: Int, seed: UInt64) -> (updates: [[Float]], truth: [Float]) {
        let truth = normal(1, count, seed: seed + 1000)[0]
        let noise = normal(agents, count, seed: seed)
        let updates = (0..<agents).map { i -> [Float] in
            if i >= agents - hostile { return truth.map { -50 * $0 } }
            return zip(truth, noise[i]).map { $0 + 0.1 * $1 }
        }
        return (updates, truth)
    }

    static func mean(_ updates: [[Float]]) -> [Double] {
        var sum = [Double](repeating: 0, count: updates.first?.count ?? 0)
        for update in updates { for j in sum.indices { sum[j] += Double(update[j]) / Double(updates.count) } }
        return sum
    }

    static func squaredDistance(_ a: [Float], _ b: [Float]) -> Double {
        var sum = 0.0
        for (x, y) in zip(a, b) {
            let difference = Double(x) - Double(y)
            sum += difference * difference
        }
        return sum
    }

    /// ‖found − truth‖²/‖truth‖².
    static func error(_ found: [Float], _ truth: [Float]) -> Double {
        squaredDistance(found, truth) / squaredDistance(truth, truth.map { _ in 0 })
    }

    /// The greatest difference of two arrays.
    static func gap(_ a: [Float], _ b: [Double]) -> Double {
        guard a.count == b.count else { return .infinity }
        return zip(a, b).map { abs(Double($0) - $1) }.max() ?? 0
    }

    static func gap(_ a: [Float], floats b: [Float]) -> Double { gap(a, b.map(Double.init)) }
}
