// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Foundation
import Testing

@Suite("Terms on prototypes", .timeLimit(.minutes(5)))
struct PrototypeTermTests {
    /// Key 2 is absent.
    let prototypes = Prototypes.sums(
        Latents.random(12, width: 4, seed: 9), width: 4, keys: [0, 1, 3, 0, 1, 3, 0, 1, 3, 0, 1, 3], count: 4)
    let keys = [3, 2, 0, 1, 1, 2, 0]
    let weights: [Float] = [0.5, 1, 2, 0, 1.5, 1, 1]
    let rows = [6, 0, 1, 4, 2]

    @Test("the gradients are slopes")
    func slopes() {
        let latents = Latents.random(5, width: 4)
        for weights in [nil, weights] {
            for distance in PrototypePull.Distance.allCases {
                Latents.check(
                    PrototypePull(prototypes, keys: keys, weights: weights, strength: 0.7, distance: distance), latents, width: 4,
                    rows: rows, constant: 8..<12)
            }
            Latents.check(
                PrototypeContrast(prototypes, keys: keys, weights: weights, strength: 2, temperature: 0.5), latents, width: 4,
                rows: rows, constant: 8..<12)
        }
    }

    @Test("the pull is the mean squared distance; absent keys count as rows without any")
    func pull() throws {
        let prototypes = try Prototypes(means: [1, 2, 0, 0], counts: [5, 0], width: 2)
        func term(_ distance: PrototypePull.Distance) -> PrototypePull {
            PrototypePull(prototypes, keys: [0, 1], weights: nil, strength: 3, distance: distance)
        }
        let (value, gradient) = Latents.run(term(.squared), [2, 4, 7, 7], width: 2, rows: [0, 1])
        #expect(abs(value - 3 * 5 / 2) < 1e-9)
        #expect(gradient == [3, 6, 0, 0])
        #expect(abs(Latents.run(term(.meanSquared), [2, 4, 7, 7], width: 2, rows: [0, 1]).value - value / 2) < 1e-9)
        #expect(Latents.run(term(.squared), [1, 2], width: 2, rows: [0]) == (0, [0, 0]))
    }

    @Test("two prototypes in contrast are a logistic loss on cosines; one alone has none")
    func contrast() throws {
        let two = try Prototypes(means: [3, 0, 0, 5], counts: [1, 1], width: 2)
        let term = PrototypeContrast(two, keys: [0, 1], weights: nil, strength: 1, temperature: 0.5)
        // Cosines 0.6 and 0.8.
        let value = Latents.run(term, [6, 8], width: 2, rows: [0]).value
        #expect(abs(value - log(1 + exp((0.8 - 0.6) / 0.5))) < 1e-6)
        let one = try Prototypes(means: [3, 0, 0, 0], counts: [1, 0], width: 2)
        let alone = PrototypeContrast(one, keys: [0, 1], weights: nil, strength: 1, temperature: 0.5)
        let (none, gradient) = Latents.run(alone, [6, 8, 1, 1], width: 2, rows: [0, 1])
        #expect(abs(none) < 1e-9)
        #expect(gradient.allSatisfy { abs($0) < 1e-7 })
        let empty = PrototypeContrast(Prototypes(keys: 2, width: 2), keys: [0, 1], weights: nil, strength: 1, temperature: 0.5)
        #expect(Latents.run(empty, [6, 8], width: 2, rows: [0]) == (0, [0, 0]))
        #expect(Latents.run(term, [], width: 2, rows: []).value == 0)
    }

    @Test("a hot temperature tells nothing, a cold one asks for the nearest")
    func temperature() {
        let latents = Latents.random(5, width: 4)
        func value(_ temperature: Double) -> Double {
            Latents.run(
                PrototypeContrast(
                    prototypes, keys: [0, 0, 1, 1, 3], weights: nil, strength: 1, temperature: temperature), latents, width: 4,
                rows: Array(0..<5)
            ).value
        }
        #expect(abs(value(1e5) - log(3)) < 1e-4)
        // The loss grows as the largest cosine's lead over the temperature.
        #expect(abs(value(1e-3) / value(1e-4) - 0.1) < 1e-2)
    }

    @Test("a latent of zeros has no direction: no gradient, and no NaN")
    func zeros() {
        let term = PrototypeContrast(prototypes, keys: keys, weights: nil, strength: 1, temperature: 0.1)
        let (value, gradient) = Latents.run(term, [0, 0, 0, 0, 1, 2, 3, 4], width: 4, rows: [0, 3])
        #expect(value.isFinite)
        #expect(gradient[..<4].allSatisfy { $0 == 0 })
        #expect(gradient[4...].contains { $0 != 0 })
    }

    @Test("training with a pull brings latents nearer to their prototypes, and so does contrast in angle")
    func trains() throws {
        let network = Toy.network(.classes, inputs: 4, hidden: [4])
        let data = try Toy.data(.classes, rows: 60, inputs: 4)
        let rows = Array(0..<60)
        let keys = data.classes.map { Int($0) }
        let prototypes = try Prototypes(means: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0], counts: [1, 1, 1], width: 4)
        let terms: [any LatentTerm] = [
            PrototypePull(prototypes, keys: keys, weights: nil, strength: 1, distance: .squared),
            PrototypeContrast(prototypes, keys: keys, weights: nil, strength: 1, temperature: 0.2),
        ]
        for term in terms {
            func trained(_ terms: Terms) -> Double {
                var parameters = Toy.parameters(network)
                var generator = SeededGenerator(seed: 1)
                _ = Trainer(network, SGD(rate: 0.05, epochs: 10)).train(
                    &parameters, on: data, rows: rows, terms: terms, using: &generator)
                return Latents.run(term, network.latents(parameters, data, rows: rows), width: 4, rows: rows).value
            }
            #expect(trained(Terms(latent: term)) < 0.9 * trained(Terms()))
        }
    }
}
