// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import Foundation
import Testing

@Suite("Contrast within a batch", .timeLimit(.minutes(5)))
struct BatchContrastTests {
    @Test("the gradients are slopes")
    func slopes() {
        let latents = Latents.random(6, width: 4)
        let rows = [5, 4, 3, 2, 1, 0]
        Latents.check(NTXent(strength: 1.5, temperature: 0.5), latents, width: 4, rows: rows)
        Latents.check(
            SupervisedContrast(labels: [0, 1, 0, 0, 2, 1], strength: 1.5, temperature: 0.5), latents, width: 4, rows: rows)
    }

    @Test("NT-Xent is its formula, both orders averaged")
    func formula() {
        let latents = Latents.random(8, width: 3, seed: 4)
        func cosine(_ i: Int, _ j: Int) -> Double {
            var (ij, ii, jj) = (0.0, 0.0, 0.0)
            for k in 0..<3 {
                let (a, b) = (Double(latents[i * 3 + k]), Double(latents[j * 3 + k]))
                (ij, ii, jj) = (ij + a * b, ii + a * a, jj + b * b)
            }
            return ij / (ii * jj).squareRoot()
        }
        var expected = 0.0
        for i in 0..<8 {
            let sum = (0..<8).reduce(0.0) { $1 == i ? $0 : $0 + exp(cosine(i, $1) / 0.2) }
            expected -= log(exp(cosine(i, (i + 4) % 8) / 0.2) / sum) / 8
        }
        let rows = Array(0..<8)
        let value = Latents.run(NTXent(strength: 1, temperature: 0.2), latents, width: 3, rows: rows).value
        #expect(abs(value - expected) < 1e-5)
        // Four classes of two views each are the same thing.
        let supervised = SupervisedContrast(labels: [0, 1, 2, 3, 0, 1, 2, 3], strength: 1, temperature: 0.2)
        #expect(abs(Latents.run(supervised, latents, width: 3, rows: rows).value - expected) < 1e-5)
    }

    @Test("one item has nobody to be told from; a hot temperature tells nothing")
    func limits() {
        let latents = Latents.random(6, width: 4)
        let two = Latents.run(NTXent(strength: 1, temperature: 0.5), Array(latents[..<8]), width: 4, rows: [0, 1])
        #expect(abs(two.value) < 1e-9)
        #expect(two.gradient.allSatisfy { abs($0) < 1e-7 })
        let hot = Latents.run(NTXent(strength: 1, temperature: 1e6), latents, width: 4, rows: Array(0..<6))
        #expect(abs(hot.value - log(5)) < 1e-5)
        #expect(Latents.run(NTXent(strength: 1, temperature: 1), [], width: 4, rows: []).value == 0)
    }

    @Test("a row alone in its class asks for nothing")
    func alone() {
        let term = SupervisedContrast(labels: [0, 1, 2], strength: 1, temperature: 0.5)
        let latents = Latents.random(3, width: 4)
        #expect(Latents.run(term, latents, width: 4, rows: [0, 1, 2]) == (0, [Float](repeating: 0, count: 12)))
    }
}
