// SPDX-License-Identifier: Apache-2.0

/// A loss on the activations that the head reads (the last hidden layer's, after the ReLU), added to the task's own.
package protocol LatentTerm: Sendable {
    /// Adds d(mean term)/d(latents) to `gradient` and returns the mean of the term over the rows.
    ///
    /// `latents` and `gradient` are row-major [rows.count, width]. `rows` are the rows of the data set behind the latents, for
    /// labels and weights; for a pass over given inputs they are whatever the caller gave. A term that asks for no gradient (one
    /// that is constant where the latents are) returns its value and leaves `gradient` alone.
    func add(latents: [Float], width: Int, rows: [Int], to gradient: inout [Float]) -> Double
}
