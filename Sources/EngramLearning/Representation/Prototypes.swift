// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// The mean latent of each key (a class, or a class and a memorability bin), with the number of rows behind it.
///
/// What FedProto (Tan et al. 2022) shares in place of weights. Agents are weighted by their rows of the key, as in the paper
/// (whose formula divides once more by the number of agents, which would shrink the means); the authors' code takes the plain
/// mean over agents.
package struct Prototypes: Equatable, Sendable {
    package let width: Int
    /// The rows behind each key; 0 for an absent one.
    package private(set) var counts: [Int]
    /// Row-major [keys, width].
    private var sums: [Double]

    /// No agent stands for more rows of one key.
    package static let countLimit = 1 << 40

    /// Without any rows.
    package init(keys: Int, width: Int) {
        counts = [Int](repeating: 0, count: keys)
        sums = [Double](repeating: 0, count: keys * width)
        self.width = width
    }

    /// From somebody's means, row-major [counts.count, width]; what stands at absent keys is ignored.
    ///
    /// Throws `badData` when the sizes do not agree, a count is not in 0…2⁴⁰ or a mean is not finite.
    package init(means: [Float], counts: [Int], width: Int) throws(LearningError) {
        let (expected, overflow) = counts.count.multipliedReportingOverflow(by: width)
        if overflow || width < 1 || means.count != expected {
            throw .badData("\(means.count) values do not make \(counts.count) prototypes of \(width)")
        }
        if let count = counts.first(where: { !(0...Self.countLimit).contains($0) }) {
            throw .badData("a prototype is the mean of \(count) rows, possible are 0 to \(Self.countLimit)")
        }
        if !Kernels.isFinite(means) { throw .badData("a prototype is not finite") }
        self.init(keys: counts.count, width: width)
        self.counts = counts
        for key in counts.indices {
            for j in key * width..<(key + 1) * width { sums[j] = Double(means[j]) * Double(counts[key]) }
        }
    }

    /// The prototypes of some rows: latents are row-major [keys.count, width], each key is in 0..<count.
    package static func sums(_ latents: [Float], width: Int, keys: [Int], count: Int) -> Prototypes {
        var prototypes = Prototypes(keys: count, width: width)
        prototypes.add(latents, keys: keys)
        return prototypes
    }

    /// Adds rows, row-major [keys.count, width].
    package mutating func add(_ latents: [Float], keys: [Int]) {
        precondition(latents.count == keys.count * width, "prototypes need one key per latent")
        for (row, key) in keys.enumerated() {
            counts[key] += 1
            for j in 0..<width { sums[key * width + j] += Double(latents[row * width + j]) }
        }
    }

    /// Adds another agent's rows.
    package mutating func merge(_ other: Prototypes) {
        precondition(other.width == width && other.counts.count == counts.count, "prototypes of one shape are needed")
        for key in counts.indices { counts[key] += other.counts[key] }
        for j in sums.indices { sums[j] += other.sums[j] }
    }

    /// Of groups of `size` neighbouring keys: with the number of bins, the prototypes of classes alone.
    package func merging(groupsOf size: Int) -> Prototypes {
        precondition(size > 0 && counts.count % size == 0, "the keys do not divide into groups of this size")
        var merged = Prototypes(keys: counts.count / size, width: width)
        for key in counts.indices {
            merged.counts[key / size] += counts[key]
            for j in 0..<width { merged.sums[key / size * width + j] += sums[key * width + j] }
        }
        return merged
    }

    package func isPresent(_ key: Int) -> Bool { counts[key] > 0 }

    /// The keys with rows, ascending.
    package var present: [Int] { counts.indices.filter(isPresent) }

    /// Row-major [keys, width]; 0 for absent keys.
    package var means: [Float] {
        var means = [Float](repeating: 0, count: sums.count)
        for key in present {
            for j in key * width..<(key + 1) * width { means[j] = Float(sums[j] / Double(counts[key])) }
        }
        return means
    }
}
