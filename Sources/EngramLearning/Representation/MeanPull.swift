// SPDX-License-Identifier: Apache-2.0

/// Pulls the mean latent of a batch towards a consensual one: the mean regularisation of FedDBE (Zhang et al. 2023).
///
/// The term is strength / (2 width) · ‖m − consensus‖², m being the mean over the rows of the batch. The authors' code can
/// smooth m over batches; their script switches that off (momentum 1), and so it is not here.
package struct MeanPull: LatentTerm {
    private let consensus: [Float]
    private let strength: Double

    /// `consensus` is one latent: the agents' mean, weighted by rows, after their first epoch.
    package init(consensus: [Float], strength: Double) {
        self.consensus = consensus
        self.strength = strength
    }

    package func add(latents: [Float], width: Int, rows: [Int], to gradient: inout [Float]) -> Double {
        precondition(width == consensus.count, "the consensual mean is of another width than the latents")
        if rows.isEmpty { return 0 }
        var loss = 0.0
        for j in 0..<width {
            var sum = 0.0
            for i in rows.indices { sum += Double(latents[i * width + j]) }
            let difference = sum / Double(rows.count) - Double(consensus[j])
            loss += strength / 2 * difference * difference / Double(width)
            let slope = Float(strength * difference / Double(width * rows.count))
            for i in rows.indices { gradient[i * width + j] += slope }
        }
        return loss
    }
}
