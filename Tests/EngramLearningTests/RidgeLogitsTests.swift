// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import Testing

@Suite("Ridge solutions as logits", .timeLimit(.minutes(5)))
struct RidgeLogitsTests {
    @Test("least squares becomes logits without a change of order")
    func logits() throws {
        let solution = RidgeSolution(dimension: 1, outputs: 1, values: [0.5, 0.25])
        #expect(solution.logits(for: .scores, temperature: 0.1) == solution)
        #expect(solution.logits(for: .remembered, temperature: 0.1).values == [2, -1])
        #expect(solution.logits(for: .classes, temperature: 0.5).values == [1, 0.5])
    }
}
