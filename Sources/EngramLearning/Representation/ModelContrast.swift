// SPDX-License-Identifier: Apache-2.0

/// Keeps latents near those of the received model and away from those of the agent's previous one: MOON (Li et al. 2021).
///
/// The term of a row is −strength · log softmax at the first of (cos(h, global), cos(h, previous)) / temperature. The paper's
/// strengths are 1 to 10, its temperature 0.5. It compares the outputs of a projection layer; like PFLlib we compare the
/// latents that the head reads.
package struct ModelContrast: LatentTerm {
    private let global: UnitRows
    private let previous: UnitRows
    private let strength: Double
    private let temperature: Double

    /// The latents of both models for every row of the data set, row-major [rows, width].
    package init(global: [Float], previous: [Float], width: Int, strength: Double, temperature: Double) {
        precondition(temperature > 0, "the temperature must be above 0")
        precondition(global.count == previous.count, "both models need latents of the same rows")
        self.global = UnitRows(global, width: width)
        self.previous = UnitRows(previous, width: width)
        self.strength = strength
        self.temperature = temperature
    }

    package func add(latents: [Float], width: Int, rows: [Int], to gradient: inout [Float]) -> Double {
        precondition(width == global.width, "the models' latents are of another width")
        let unit = UnitRows(latents, width: width)
        var logits: [Float] = []
        var targets: [Float] = []
        for (i, row) in rows.enumerated() {
            logits.append(Float(unit.cosine(i, global, row) / temperature))
            logits.append(Float(unit.cosine(i, previous, row) / temperature))
            targets += [1, 0]
        }
        let factor = strength / Double(max(1, rows.count))
        let loss = factor * Softmax.crossEntropy(&logits, targets: targets, columns: 2)
        let scale = Float(factor / temperature)
        var outer = [Float](repeating: 0, count: latents.count)
        for (i, row) in rows.enumerated() {
            let (toGlobal, toPrevious) = (scale * logits[2 * i], scale * logits[2 * i + 1])
            for j in 0..<width {
                outer[i * width + j] =
                    toGlobal * global.values[row * width + j] + toPrevious * previous.values[row * width + j]
            }
        }
        unit.pullback(outer, into: &gradient, first: 0)
        return loss
    }
}
