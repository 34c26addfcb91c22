// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import Foundation
import Testing

@Suite("Agreement of strong views", .timeLimit(.minutes(5)))
struct StrongViewAgreementTests {
    let bank = Latents.random(7, width: 4, seed: 5)

    @Test("the gradient is the slope for strong views, nothing for weak ones")
    func slope() {
        let term = StrongViewAgreement(bank: bank, width: 4, strength: 1.5, temperature: 0.3)
        Latents.check(term, Latents.random(6, width: 4), width: 4, rows: Array(0..<6), constant: 0..<12)
    }

    @Test("two keys at right angles have a closed form")
    func closed() {
        let term = StrongViewAgreement(bank: [2, 0, 0, 1], width: 2, strength: 1, temperature: 0.5)
        let value = Latents.run(term, [3, 4, 5, 12], width: 2, rows: [0, 1]).value
        let weak = 1 / (1 + exp((0.8 - 0.6) / 0.5))
        let strong = 1 / (1 + exp((12.0 / 13 - 5.0 / 13) / 0.5))
        #expect(abs(value + weak * log(strong) + (1 - weak) * log(1 - strong)) < 1e-6)
    }

    @Test("views that retrieve alike cost the weak views' entropy and move nothing")
    func agreement() {
        let weak = Latents.random(3, width: 4)
        let term = StrongViewAgreement(bank: bank, width: 4, strength: 1, temperature: 0.3)
        // Lengths do not count.
        let (value, gradient) = Latents.run(term, weak + weak.map { 2.5 * $0 }, width: 4, rows: Array(0..<6))
        #expect(gradient.allSatisfy { abs($0) < 1e-6 })
        #expect(value > 0 && value < log(7))
        let hot = StrongViewAgreement(bank: bank, width: 4, strength: 1, temperature: 1e6)
        #expect(abs(Latents.run(hot, Latents.random(4, width: 4), width: 4, rows: [0, 1, 2, 3]).value - log(7)) < 1e-5)
    }

    @Test("without a bank there is nothing to retrieve")
    func empty() {
        let term = StrongViewAgreement(bank: [], width: 2, strength: 1, temperature: 1)
        #expect(Latents.run(term, [1, 2, 3, 4], width: 2, rows: [0, 1]) == (0, [0, 0, 0, 0]))
    }
}
