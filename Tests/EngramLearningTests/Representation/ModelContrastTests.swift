// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import Foundation
import Testing

@Suite("Model contrast", .timeLimit(.minutes(5)))
struct ModelContrastTests {
    @Test("the gradient is the slope")
    func slope() {
        let term = ModelContrast(
            global: Latents.random(8, width: 4, seed: 2), previous: Latents.random(8, width: 4, seed: 3), width: 4, strength: 5,
            temperature: 0.5)
        Latents.check(term, Latents.random(4, width: 4), width: 4, rows: [7, 0, 3, 3])
    }

    @Test("between two models at right angles it is a logistic loss on cosines")
    func closed() {
        let term = ModelContrast(global: [9, 9, 2, 0], previous: [9, 9, 0, 3], width: 2, strength: 2, temperature: 0.5)
        let (value, gradient) = Latents.run(term, [3, 4], width: 2, rows: [1])
        #expect(abs(value - 2 * log(1 + exp((0.8 - 0.6) / 0.5))) < 1e-6)
        // Down the gradient lies the global model's direction.
        #expect(gradient[0] < 0 && gradient[1] > 0)
    }

    @Test("equal models, a hot temperature or no strength move nothing")
    func limits() {
        let (a, b) = (Latents.random(3, width: 4, seed: 2), Latents.random(3, width: 4, seed: 3))
        let latents = Latents.random(3, width: 4)
        func run(_ previous: [Float], _ strength: Double, _ temperature: Double) -> (value: Double, gradient: [Float]) {
            let term = ModelContrast(global: a, previous: previous, width: 4, strength: strength, temperature: temperature)
            return Latents.run(term, latents, width: 4, rows: [0, 1, 2])
        }
        for (value, gradient) in [run(a, 1, 0.5), run(b, 1, 1e6)] {
            #expect(abs(value - log(2)) < 1e-5)
            #expect(gradient.allSatisfy { abs($0) < 1e-6 })
        }
        #expect(run(b, 0, 0.5) == (0, [Float](repeating: 0, count: 12)))
    }
}
