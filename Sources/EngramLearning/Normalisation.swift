// SPDX-License-Identifier: Apache-2.0

/// What a network does to the scale of its features besides its layers.
package enum Normalisation: String, Codable, CaseIterable, Hashable, Sendable {
    /// Nothing.
    case none
    /// Each input feature is multiplied by a weight and shifted by a bias of its own: "norm.weight" and "norm.bias" [inputs]. Kept
    /// private, they adapt frozen features to an agent.
    case input
    /// Batch normalisation before the ReLU of each hidden layer (Ioffe & Szegedy 2015): "layers.i.norm.weight", ".bias", ".mean"
    /// and ".variance" [width].
    ///
    /// Training passes use the batch's mean and population variance and move the running ones, which evaluation uses and
    /// which neither gradients nor decay nor pulls touch. A batch of one row has no variance and uses the running ones.
    case batch

    static let inputNames = ["norm.weight", "norm.bias"]

    static func batchNames(layer: Int) -> [String] {
        ["weight", "bias", "mean", "variance"].map { "layers.\(layer).norm.\($0)" }
    }

    /// Added to a variance before its root is taken.
    package static let epsilon: Float = 1e-5
    /// The share of a batch in the running mean and variance.
    static let momentum: Float = 0.1
}
