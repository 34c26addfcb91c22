// SPDX-License-Identifier: Apache-2.0
import Foundation

extension SeededGenerator {
    /// A number in [0, 1) with 53 random bits.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A draw of the standard normal distribution (Box–Muller; the second value is not kept, so that the state is only the
    /// stream's).
    package mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * Double.pi * uniform())
    }

    /// A whole number in 0..<n without bias (Lemire 2019); n must be positive.
    package mutating func below(_ n: Int) -> Int {
        precondition(n > 0, "a draw needs at least one possible value")
        let range = UInt64(n)
        var (high, low) = range.multipliedFullWidth(by: next())
        if low < range {
            let threshold = (0 &- range) % range
            while low < threshold { (high, low) = range.multipliedFullWidth(by: next()) }
        }
        return Int(high)
    }

    /// Shuffles in place (Fisher–Yates), every order being equally likely.
    package mutating func shuffle<T>(_ items: inout [T]) {
        guard items.count > 1 else { return }
        for i in stride(from: items.count - 1, to: 0, by: -1) {
            let j = below(i + 1)
            if i != j { items.swapAt(i, j) }
        }
    }

    /// The numbers 0..<n in random order.
    package mutating func permutation(_ n: Int) -> [Int] {
        var order = Array(0..<n)
        shuffle(&order)
        return order
    }

    /// A draw of the gamma distribution with scale 1; the shape must be positive.
    package mutating func gamma(_ shape: Double) -> Double { exp(logGamma(shape)) }

    /// A draw of the Dirichlet distribution; all parameters must be positive. Works in logarithms, since gamma draws of a tiny
    /// shape (0.01 and less are usual in this field) all become 0.
    package mutating func dirichlet(_ alphas: [Double]) -> [Double] {
        var logs: [Double] = []
        for alpha in alphas { logs.append(logGamma(alpha)) }
        guard let top = logs.max() else { return [] }
        let weights = logs.map { exp($0 - top) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    /// The logarithm of a gamma draw (Marsaglia & Tsang 2000; shapes under 1 are lifted by one and multiplied by U^(1/shape)).
    private mutating func logGamma(_ shape: Double) -> Double {
        precondition(shape > 0, "the shape of a gamma distribution must be positive")
        if shape < 1 {
            let lifted = logGamma(shape + 1)
            return lifted + log(1 - uniform()) / shape
        }
        let d = shape - 1 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let cube = 1 + c * x
            if cube <= 0 { continue }
            let v = cube * cube * cube
            if log(1 - uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return log(d * v) }
        }
    }
}
