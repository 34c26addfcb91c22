// SPDX-License-Identifier: Apache-2.0

/// Makes two views of one item find each other among all views of a batch (SimCLR, Chen et al. 2020).
///
/// The pass holds 2N rows, of which i and i + N are two views of one item; what `rows` says does not matter. The term of a row is
/// −strength · log softmax over the 2N − 1 other rows of cosine / temperature, at its partner.
package struct NTXent: LatentTerm {
    private let contrast: BatchContrast

    /// Usual temperatures are 0.5 for small and 0.1 for large data sets.
    package init(strength: Double, temperature: Double) {
        contrast = BatchContrast(strength: strength, temperature: temperature)
    }

    package func add(latents: [Float], width: Int, rows: [Int], to gradient: inout [Float]) -> Double {
        let n = rows.count
        precondition(n % 2 == 0 && latents.count == n * width, "every item of the batch needs two views")
        var targets = [Float](repeating: 0, count: n * n)
        for i in 0..<n { targets[i * n + (i + n / 2) % n] = 1 }
        return contrast.add(latents: latents, width: width, targets: targets, to: &gradient)
    }
}
