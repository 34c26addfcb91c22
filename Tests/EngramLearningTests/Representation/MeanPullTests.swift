// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import Testing

@Suite("Pull on the batch's mean", .timeLimit(.minutes(5)))
struct MeanPullTests {
    @Test("the gradient is the slope, the same for every row")
    func slope() {
        let latents = Latents.random(5, width: 3)
        let term = MeanPull(consensus: [0.5, -1, 2], strength: 50)
        Latents.check(term, latents, width: 3, rows: [9, 4, 2, 7, 1])
        let gradient = Latents.run(term, latents, width: 3, rows: [0, 1, 2, 3, 4]).gradient
        for i in gradient.indices { #expect(gradient[i] == gradient[i % 3]) }
    }

    @Test("two rows whose mean is right are left alone, whatever they are")
    func closed() {
        let term = MeanPull(consensus: [1, 1], strength: 4)
        #expect(Latents.run(term, [5, -3, -3, 5], width: 2, rows: [0, 1]) == (0, [0, 0, 0, 0]))
        // Mean (3, 1): 4/2 · (2² + 0)/2; slope 4 · 2 / (2 · 2).
        #expect(Latents.run(term, [1, 1, 5, 1], width: 2, rows: [0, 1]) == (4, [2, 0, 2, 0]))
        #expect(Latents.run(term, [], width: 2, rows: []) == (0, []))
    }
}
