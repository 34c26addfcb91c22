// SPDX-License-Identifier: Apache-2.0

/// Makes rows of one class find each other among all rows of a batch (Khosla et al. 2020, the sum outside of the logarithm).
///
/// The term of a row is the mean over the other rows of its class of −strength · log softmax over all other rows of cosine /
/// temperature; 0 for a row that is alone in its class.
package struct SupervisedContrast: LatentTerm {
    private let contrast: BatchContrast
    private let labels: [Int32]

    /// `labels` has the class of every row of the data set.
    package init(labels: [Int32], strength: Double, temperature: Double) {
        contrast = BatchContrast(strength: strength, temperature: temperature)
        self.labels = labels
    }

    package func add(latents: [Float], width: Int, rows: [Int], to gradient: inout [Float]) -> Double {
        let n = rows.count
        precondition(latents.count == n * width, "one row number per latent is needed")
        var targets = [Float](repeating: 0, count: n * n)
        for i in 0..<n {
            let same = (0..<n).filter { $0 != i && labels[rows[$0]] == labels[rows[i]] }
            for j in same { targets[i * n + j] = 1 / Float(same.count) }
        }
        return contrast.add(latents: latents, width: width, targets: targets, to: &gradient)
    }
}
