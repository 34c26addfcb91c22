// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import Testing

@Suite("Memorability weights", .timeLimit(.minutes(5)))
struct MemorabilityWeightsTests {
    let memorability: [Float] = [0.2, 0.4, 0.9, 0.6, 1]

    @Test("have the mean 1 over the training rows and grow with memorability")
    func normalised() {
        let rows = [0, 1, 2, 3]
        for weights in [
            MemorabilityWeights.power(memorability, exponent: 1.5, rows: rows),
            MemorabilityWeights.linear(memorability, slope: 1, rows: rows),
            MemorabilityWeights.linear(memorability, slope: 10, rows: rows),
        ] {
            #expect(abs(rows.reduce(0) { $0 + weights[$1] } / 4 - 1) < 1e-6)
            #expect(weights[0] <= weights[1] && weights[1] < weights[3] && weights[3] < weights[2] && weights[2] < weights[4])
            #expect(weights.allSatisfy { $0 >= 0 })
        }
        let one = MemorabilityWeights.power(memorability, exponent: 1, rows: rows)
        #expect(abs(one[2] / one[0] - 4.5) < 1e-5)
        #expect(abs(MemorabilityWeights.linear(memorability, slope: 0.5, rows: rows)[2] - (1 + 0.5 * (0.9 - 0.525))) < 1e-6)
    }

    @Test("nothing to tell rows apart by is 1 for each")
    func constant() {
        let ones: [Float] = [1, 1, 1, 1, 1]
        #expect(MemorabilityWeights.power(memorability, exponent: 0, rows: [0, 1]) == ones)
        #expect(MemorabilityWeights.linear(memorability, slope: 0, rows: [0, 1]) == ones)
        #expect(MemorabilityWeights.power([0, 0], exponent: 2, rows: [0, 1]) == [1, 1])
        #expect(MemorabilityWeights.power([0, 1], exponent: -1, rows: [0, 1]) == [1, 1])
        #expect(MemorabilityWeights.power([0.5], exponent: 1, rows: []) == [1])
    }
}
