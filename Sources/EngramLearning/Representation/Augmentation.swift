// SPDX-License-Identifier: Apache-2.0

/// How far a view of a feature vector may lie from it.
package struct Augmentation: Codable, Hashable, Sendable {
    /// The standard deviation of the noise, in units of each feature's own deviation within its class.
    package var noise: Double
    /// The chance that a feature is set to 0; the others are divided by 1 − dropout, so that the mean stays.
    package var dropout: Double
    /// The least share of the row in a mixture with another row of its class; 1 mixes nothing.
    package var share: Double

    package init(noise: Double, dropout: Double, share: Double) {
        self.noise = noise
        self.dropout = dropout
        self.share = share
    }

    /// Keeps the content: little noise, few features missing.
    package static let weak = Augmentation(noise: 0.2, dropout: 0.1, share: 1)
    /// Keeps the class rather than the item.
    package static let strong = Augmentation(noise: 0.6, dropout: 0.5, share: 0.5)

    /// Why no view can be made with this, or nil.
    package var problem: String? {
        if !(noise >= 0 && noise.isFinite) { return "the noise is \(noise), it must not be negative" }
        if !(0..<1).contains(dropout) { return "the dropout is \(dropout), it must be in 0..<1" }
        if !(0...1).contains(share) { return "the share is \(share), it must be in 0...1" }
        return nil
    }
}
