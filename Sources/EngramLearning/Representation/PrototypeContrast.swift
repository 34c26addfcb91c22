// SPDX-License-Identifier: Apache-2.0

/// Makes each latent retrieve its own prototype among all present ones: FedProto's pull in contrastive form.
///
/// The term of a row is −strength · weight · log softmax over present keys of cos(h, C) / temperature, at its own key; 0 when
/// that is absent. FedPCL (Tan et al., NeurIPS 2022) trains on the like.
package struct PrototypeContrast: LatentTerm {
    private let retrieval: Retrieval
    /// The place of each key among the present ones.
    private let places: [Int?]
    private let keys: [Int]
    private let weights: [Float]?
    private let strength: Double

    /// `keys` has the key of every row of the data set, `weights` (mean 1 over the training rows) its weight; nil for 1 each.
    package init(_ prototypes: Prototypes, keys: [Int], weights: [Float]?, strength: Double, temperature: Double) {
        precondition(weights.map { $0.count == keys.count } ?? true, "one weight per row is needed")
        let (means, width) = (prototypes.means, prototypes.width)
        var places = [Int?](repeating: nil, count: prototypes.counts.count)
        var bank: [Float] = []
        for (place, key) in prototypes.present.enumerated() {
            places[key] = place
            bank += means[key * width..<(key + 1) * width]
        }
        retrieval = Retrieval(bank: bank, width: width, temperature: temperature)
        self.places = places
        self.keys = keys
        self.weights = weights
        self.strength = strength
    }

    package func add(latents: [Float], width: Int, rows: [Int], to gradient: inout [Float]) -> Double {
        precondition(width == retrieval.bank.width, "the prototypes are of another width than the latents")
        let present = retrieval.bank.count
        var targets = [Float](repeating: 0, count: rows.count * present)
        for (i, row) in rows.enumerated() {
            if let place = places[keys[row]] { targets[i * present + place] = weights?[row] ?? 1 }
        }
        return retrieval.crossEntropy(
            UnitRows(latents, width: width), targets: targets, factor: strength / Double(rows.count), into: &gradient, first: 0)
    }
}
