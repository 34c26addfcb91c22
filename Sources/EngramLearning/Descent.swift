// SPDX-License-Identifier: Apache-2.0
import CKernels
import EngramTensors

/// The steps of SGD: v ← momentum·v + g + weightDecay·w + pull·(w − anchor) + correction; w ← w − rate·v, with v = 0 at first.
///
/// Frozen ranges and running statistics keep their values; a pass moves the statistics of layers that are not frozen.
package struct Descent: Sendable {
    private let network: Network
    private let momentum: Float
    private let decay: Float
    private let pull: Float
    private let anchor: [Float]?
    private let correction: [Float]?
    /// What moves along gradients.
    private let free: [Range<Int>]
    /// The hidden layers whose running statistics move.
    private let observing: [Int]
    private var velocity: [Float]

    /// Of the terms, the latent one is the gradient's and not ours.
    package init(_ network: Network, _ sgd: SGD, _ terms: Terms) {
        let count = network.layout.count
        precondition(terms.pull.map { $0.anchor.values.count == count } ?? true, "the anchor belongs to another network")
        precondition(terms.correction.map { $0.count == count } ?? true, "the correction belongs to another network")
        self.network = network
        momentum = Float(sgd.momentum)
        decay = Float(sgd.weightDecay)
        pull = Float(terms.pull?.strength ?? 0)
        anchor = pull == 0 ? nil : terms.pull?.anchor.values
        correction = terms.correction
        let statistics = network.statisticRanges
        free = FlatRanges.complement(of: terms.frozen + statistics, in: count)
        observing = statistics.indices.filter { layer in !terms.frozen.contains { $0.overlaps(statistics[layer]) } }
        velocity = [Float](repeating: 0, count: sgd.momentum > 0 ? count : 0)
    }

    /// One step along the gradient of a pass.
    package mutating func step(_ values: inout [Float], along pass: GradientPass, rate: Double) {
        network.check(values)
        unsafe pass.withGradient { unsafe step(&values, along: $0, rate: Float(rate)) }
        if !observing.isEmpty { pass.refreshStatistics(&values, layers: observing) }
    }

    /// One step along a gradient, flat as the values are.
    package mutating func step(_ values: inout [Float], along gradient: [Float], rate: Double) {
        network.check(values)
        network.check(gradient)
        unsafe gradient.withUnsafeBufferPointer {
            if let base = $0.baseAddress { unsafe step(&values, along: base, rate: Float(rate)) }
        }
    }

    @unsafe private mutating func step(_ values: inout [Float], along gradient: UnsafePointer<Float>, rate: Float) {
        let moves = !velocity.isEmpty
        unsafe values.withUnsafeMutableBufferPointer { w in
            unsafe velocity.withUnsafeMutableBufferPointer { v in
                unsafe (anchor ?? []).withUnsafeBufferPointer { a in
                    unsafe (correction ?? []).withUnsafeBufferPointer { c in
                        guard let w = w.baseAddress else { return }
                        for range in free {
                            let start = range.lowerBound
                            unsafe ek_sgd(
                                range.count, w + start, gradient + start, moves ? v.baseAddress.map { unsafe $0 + start } : nil,
                                anchor == nil ? nil : a.baseAddress.map { unsafe $0 + start },
                                correction == nil ? nil : c.baseAddress.map { unsafe $0 + start }, rate, momentum, decay, pull)
                        }
                    }
                }
            }
        }
    }
}
