// SPDX-License-Identifier: Apache-2.0
import EngramTensors

extension UpdateBatch {
    /// Each update's share of the training rows; they add up to 1.
    var shares: [Double] {
        let total = weights.reduce(0, +)
        // Agents without training rows would otherwise divide zero by zero; they count alike.
        return weights.map { total > 0 ? $0 / total : 1 / Double(count) }
    }

    /// ‖update‖ of each, in agent order.
    func norms() throws -> [Double] { try (0..<count).map { Kernels.norm(try read($0)) } }

    /// start + Σ factor·update in Float64, in agent order; updates whose factor is zero are not read.
    func sum(_ factors: [Double], from start: [Double]) throws -> [Double] {
        var sum = start
        for i in 0..<count where factors[i] != 0 { Kernels.accumulate(try read(i), weight: factors[i], into: &sum) }
        return sum
    }

    /// Σ factor·update, summed in Float64 in agent order.
    func sum(_ factors: [Double], count: Int) throws -> [Float] {
        Kernels.narrow(try sum(factors, from: [Double](repeating: 0, count: count)))
    }

    /// The mean in which all count alike.
    func plainMean(count: Int) throws -> [Float] {
        try sum([Double](repeating: 1 / Double(max(1, self.count)), count: self.count), count: count)
    }
}
