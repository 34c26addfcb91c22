// SPDX-License-Identifier: Apache-2.0

/// Pulls each latent towards the prototype of its key: FedProto's regulariser (Tan et al. 2022).
///
/// The term of a row is strength · weight · ‖h − C‖², 0 when its key is absent. With weights that grow with memorability it is
/// memory-informed alignment: what people remember shapes the shared space most.
package struct PrototypePull: LatentTerm {
    /// What is meant by the distance.
    package enum Distance: String, Codable, Sendable, CaseIterable {
        /// ‖h − C‖², as in the paper.
        case squared
        /// ‖h − C‖² / width: the mean squared error of the authors' code and of PFLlib, for which the published strengths (1 on
        /// MNIST, 0.1 on CIFAR-10) hold.
        case meanSquared
    }

    private let means: [Float]
    private let isPresent: [Bool]
    private let width: Int
    private let keys: [Int]
    private let weights: [Float]?
    private let strength: Double

    /// `keys` has the key of every row of the data set, `weights` (mean 1 over the training rows) its weight; nil for 1 each.
    package init(_ prototypes: Prototypes, keys: [Int], weights: [Float]?, strength: Double, distance: Distance) {
        precondition(weights.map { $0.count == keys.count } ?? true, "one weight per row is needed")
        means = prototypes.means
        isPresent = prototypes.counts.indices.map(prototypes.isPresent)
        width = prototypes.width
        self.keys = keys
        self.weights = weights
        self.strength = distance == .squared ? strength : strength / Double(prototypes.width)
    }

    package func add(latents: [Float], width: Int, rows: [Int], to gradient: inout [Float]) -> Double {
        precondition(width == self.width, "the prototypes are of another width than the latents")
        var loss = 0.0
        for (i, row) in rows.enumerated() where isPresent[keys[row]] {
            let factor = strength * Double(weights?[row] ?? 1) / Double(rows.count)
            var square = 0.0
            for j in 0..<width {
                let difference = latents[i * width + j] - means[keys[row] * width + j]
                square += Double(difference) * Double(difference)
                gradient[i * width + j] += Float(2 * factor) * difference
            }
            loss += factor * square
        }
        return loss
    }
}
