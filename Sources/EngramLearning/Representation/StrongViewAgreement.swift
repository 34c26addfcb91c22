// SPDX-License-Identifier: Apache-2.0

/// Makes strong views retrieve from a memory bank what weak views of the same items retrieve (CLSA, Wang & Qi 2021).
///
/// The pass holds 2N rows: N weak views, then the N strong views of the same items; what `rows` says does not matter. With
/// p(k|h) the softmax over the bank of cosine / temperature, the term is the mean over items of −strength · Σ_k p(k|weak) log
/// p(k|strong). The weak views are the teacher and receive no gradient. Strong views so learn from a distribution, where asking
/// them to find one partner would teach them what the augmentation has destroyed. The paper adds this to a contrast of weak
/// views (`NTXent`), both weighing 1, at temperature 0.2, with keys from an encoder that follows slowly; ours are whatever
/// latents the caller puts in the bank.
package struct StrongViewAgreement: LatentTerm {
    private let retrieval: Retrieval
    private let strength: Double

    /// `bank` is row-major [keys, width]; without keys the term is 0.
    package init(bank: [Float], width: Int, strength: Double, temperature: Double) {
        retrieval = Retrieval(bank: bank, width: width, temperature: temperature)
        self.strength = strength
    }

    package func add(latents: [Float], width: Int, rows: [Int], to gradient: inout [Float]) -> Double {
        precondition(width == retrieval.bank.width, "the bank is of another width than the latents")
        precondition(rows.count % 2 == 0 && latents.count == rows.count * width, "every item needs a weak and a strong view")
        let items = rows.count / 2
        if items == 0 || retrieval.bank.count == 0 { return 0 }
        var targets = retrieval.logits(UnitRows(Array(latents[..<(items * width)]), width: width))
        Softmax.probabilities(&targets, columns: retrieval.bank.count)
        let strong = UnitRows(Array(latents[(items * width)...]), width: width)
        return retrieval.crossEntropy(
            strong, targets: targets, factor: strength / Double(items), into: &gradient, first: items)
    }
}
