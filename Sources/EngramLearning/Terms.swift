// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Adds strength · (w − anchor) to the gradient: the proximal term of FedProx and Ditto.
package struct Pull: Sendable {
    package let anchor: ParameterSet
    package let strength: Double

    package init(anchor: ParameterSet, strength: Double) {
        self.anchor = anchor
        self.strength = strength
    }
}

/// What a training pass adds to plain SGD.
package struct Terms: Sendable {
    package var pull: Pull?
    /// A constant vector, in the network's layout, that is added to every gradient (SCAFFOLD: c − cᵢ; Karimireddy et al. 2020).
    package var correction: [Float]?
    package var latent: (any LatentTerm)?
    /// Ranges of the flat values that stay as they are.
    package var frozen: [Range<Int>]

    package init(
        pull: Pull? = nil, correction: [Float]? = nil, latent: (any LatentTerm)? = nil, frozen: [Range<Int>] = []
    ) {
        self.pull = pull
        self.correction = correction
        self.latent = latent
        self.frozen = frozen
    }
}
