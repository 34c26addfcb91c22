// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

/// Latents to try terms on, and the law that holds for all of them: the gradient is the slope of the value.
enum Latents {
    static func random(_ rows: Int, width: Int, seed: UInt64 = 1) -> [Float] {
        var generator = SeededGenerator(seed: seed, "latents")
        return (0..<rows * width).map { _ in Float(generator.normal()) }
    }

    /// The term's value, and its gradient alone.
    static func run(_ term: any LatentTerm, _ latents: [Float], width: Int, rows: [Int]) -> (value: Double, gradient: [Float]) {
        var gradient = [Float](repeating: 0, count: latents.count)
        let value = term.add(latents: latents, width: width, rows: rows, to: &gradient)
        return (value, gradient)
    }

    /// Compares with finite differences, which are central and held tight, since terms are smooth where latents have a
    /// direction; and checks that the gradient is added to what was there. No gradient reaches the latents in `constant`.
    static func check(
        _ term: any LatentTerm, _ latents: [Float], width: Int, rows: [Int], constant: Range<Int> = 0..<0,
        _ location: SourceLocation = #_sourceLocation
    ) {
        let (value, gradient) = run(term, latents, width: width, rows: rows)
        #expect(gradient.contains { abs($0) > 0.02 }, "nothing is tested where nothing changes", sourceLocation: location)
        for i in latents.indices where !constant.contains(i) {
            func value(_ step: Float) -> Double {
                var moved = latents
                moved[i] += step
                return run(term, moved, width: width, rows: rows).value
            }
            let slope = (value(4e-3) - value(-4e-3)) / 8e-3
            #expect(abs(slope - Double(gradient[i])) < 2e-4 * max(1, abs(slope)), "latent \(i)", sourceLocation: location)
        }
        for i in constant { #expect(gradient[i] == 0, "latent \(i) is constant", sourceLocation: location) }
        var added = [Float](repeating: 1, count: latents.count)
        #expect(term.add(latents: latents, width: width, rows: rows, to: &added) == value, sourceLocation: location)
        #expect(zip(added, gradient).allSatisfy { abs($0 - 1 - $1) < 1e-5 }, sourceLocation: location)
    }
}
