// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import Testing

@Suite("Sum of terms", .timeLimit(.minutes(5)))
struct TermSumTests {
    @Test("the sum's value and gradient are the sums")
    func sums() {
        let (a, b) = (MeanPull(consensus: [1, 2, 3], strength: 2), NTXent(strength: 1, temperature: 0.5))
        let sum = TermSum([.init(weight: 0.25, a), .init(weight: 3, b), .init(weight: 0, MeanPull(consensus: [], strength: 1))])
        let latents = Latents.random(4, width: 3)
        Latents.check(sum, latents, width: 3, rows: [0, 1, 2, 3])
        let parts = [a as any LatentTerm, b].map { Latents.run($0, latents, width: 3, rows: [0, 1, 2, 3]) }
        let (value, gradient) = Latents.run(sum, latents, width: 3, rows: [0, 1, 2, 3])
        #expect(abs(value - 0.25 * parts[0].value - 3 * parts[1].value) < 1e-9)
        for i in gradient.indices {
            #expect(abs(gradient[i] - 0.25 * parts[0].gradient[i] - 3 * parts[1].gradient[i]) < 1e-6)
        }
        #expect(Latents.run(TermSum([]), latents, width: 3, rows: [0, 1, 2, 3]) == (0, [Float](repeating: 0, count: 12)))
    }
}
