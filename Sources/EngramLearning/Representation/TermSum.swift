// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// Several terms as one: their weighted sum.
package struct TermSum: LatentTerm {
    /// A term and what it is multiplied by.
    package struct Part: Sendable {
        package let weight: Double
        package let term: any LatentTerm

        package init(weight: Double, _ term: any LatentTerm) {
            self.weight = weight
            self.term = term
        }
    }

    private let parts: [Part]

    package init(_ parts: [Part]) { self.parts = parts }

    package func add(latents: [Float], width: Int, rows: [Int], to gradient: inout [Float]) -> Double {
        var loss = 0.0
        for part in parts where part.weight != 0 {
            var own = [Float](repeating: 0, count: gradient.count)
            loss += part.weight * part.term.add(latents: latents, width: width, rows: rows, to: &own)
            Kernels.axpy(Float(part.weight), own, into: &gradient)
        }
        return loss
    }
}
