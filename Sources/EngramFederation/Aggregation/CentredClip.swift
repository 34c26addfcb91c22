// SPDX-License-Identifier: Apache-2.0

/// v ← v + (1/n) Σ (x − v)·min(1, τ/‖x − v‖), a few times, from the last round's v (Karimireddy et al. 2021), unweighted.
///
/// `memory` is v, zeros at first. The paper fixes τ; without a given radius it is, in each iteration, the least one that a majority lies
/// within. An update moves the centre by τ/n at most, whatever it holds.
package struct CentredClip: Aggregation {
    package static let name = "centred_clip"
    package static let summary = "clips around the last round's centre (Karimireddy et al. 2021)"

    package var radius = 0.0
    package var iterations = 3

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("radius", &radius, 0...1e30, "pull of one update at most (tau); 0: as far as a majority reaches")
        try options.integer("iterations", &iterations, 1...100, "times that the centre is moved in a round")
    }

    package var toleratesSparseUpdates: Bool { true }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        let start = memory.flatMap { $0.count == count ? $0 : nil } ?? [Float](repeating: 0, count: count)
        let centre = try updates.centre(from: start, radius: radius, iterations: iterations) { NormBound(radius: $1).factor($0) }
        memory = centre
        return centre
    }
}
