// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// Numbers that a method exchanges beside the model: prototypes, control variates, sums of products.
///
/// A slot holds one vector for each statistic, zeros at first; agents get it with the slot's model, send one of the same size, and the
/// coordinator joins what they sent with what the slot held. Statistics travel exactly: no lossy codec touches them.
package struct Statistic: Sendable {
    package let name: String
    package let shape: [Int]
    package let rule: Rule
    /// Throws, with the reason, for finite numbers that no agent can have computed; such uploads are refused before they count.
    package let check: Check?

    package typealias Check = @Sendable (_ sent: [Float]) throws -> Void

    package init(_ name: String, shape: [Int], rule: Rule, check: Check? = nil) {
        self.name = name
        self.shape = shape
        self.rule = rule
        self.check = check
    }

    package var count: Int { shape.reduce(1, *) }

    /// The name of its tensor in a slot's blob.
    package var tensor: String { "statistic/\(name)" }

    /// Its name in an upload.
    package func upload(_ slot: some CustomStringConvertible) -> String { "statistic/\(slot)/\(name)" }

    /// How the coordinator joins what agents sent with what the slot held; pure, in agent order.
    package struct Rule: Sendable {
        /// `population` is the number of the slot's members, of which the batch holds those that answered.
        package typealias Join = @Sendable (_ held: inout [Float], _ sent: UpdateBatch, _ population: Int) throws -> Void

        let join: Join

        package init(_ join: @escaping Join) { self.join = join }
    }
}

extension Statistic.Rule {
    /// held ← Σ nᵢ sentᵢ / Σ nᵢ, nᵢ being training rows.
    package static let mean = Self { held, sent, _ in
        var ignored: [Float]?
        held = try WeightedMean().combine(sent, count: held.count, memory: &ignored)
    }

    /// held ← held + (|S| / population) Σ nᵢ sentᵢ / Σ nᵢ over the S that answered: the mean by rows over all members, of steps that only some of
    /// them sent (SCAFFOLD's control variate).
    package static let step = Self { held, sent, population in
        var sum = [Double](repeating: 0, count: held.count)
        for i in 0..<sent.count { Kernels.accumulate(try sent.read(i), weight: sent.weights[i], into: &sum) }
        let rows = sent.weights.reduce(0, +)
        guard rows > 0 else { return }
        let answered = Double(sent.count) / Double(max(1, population))
        Kernels.axpy(1, Kernels.narrow(sum, times: answered / rows), into: &held)
    }

    /// For sums and counts by key: rows of `width` sums and one count. held ← rows of means, each with its count; a key that nobody
    /// has in a round keeps what it had.
    package static func keyedMean(width: Int) -> Self {
        Self { held, sent, _ in
            var sum = [Double](repeating: 0, count: held.count)
            for i in 0..<sent.count { Kernels.accumulate(try sent.read(i), weight: 1, into: &sum) }
            for start in stride(from: 0, to: held.count, by: width + 1) where sum[start + width] > 0 {
                for j in 0..<width { held[start + j] = Float(sum[start + j] / sum[start + width]) }
                held[start + width] = Float(sum[start + width])
            }
        }
    }
}
