// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Whoever computes and trains a model whose layers nobody here knows: a program of the site owner's, behind this protocol.
///
/// It holds the agent's rows and is told of them by number. A method has no use for half a sum, so nothing throws in the middle of one: after
/// a failure a learner answers zeros, leaves parameters as they are, and keeps the first failure in `failure`. Whoever asks it looks there
/// before anything that was computed leaves the agent.
package protocol Learner: Sendable {
    /// What it can do beside plain training.
    var skills: Set<LearnerSkill> { get }

    /// Called before anything is asked in a round; the last exchange of a run is a round too.
    func begin(round: Int)

    /// The raw outputs (logits or scores) of rows of the shard, row-major [rows.count, outputs].
    func outputs(_ parameters: ParameterSet, rows: [Int]) -> [Float]

    /// Trains in place; returns the mean loss as met on the way, over the rows and the epochs.
    func train(_ parameters: inout ParameterSet, _ lesson: Lesson) -> Double

    /// What went wrong first, in words; nil: nothing.
    var failure: String? { get }
}

/// What a learner may know beside plain training. The raw values are words of the trainers' protocol (docs/own-trainers.md).
package enum LearnerSkill: String, CaseIterable, Comparable, Sendable {
    /// To add strength · (w − anchor) to the gradient.
    case pull
    /// To leave some tensors as they are.
    case freeze

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// What a learner is asked to do in one training pass.
package struct Lesson: Sendable {
    /// Row numbers of the shard.
    package let rows: [Int]
    /// Epochs, batch, momentum and weight decay; `rate` stands in for its rate.
    package let sgd: SGD
    /// The learning rate of this round.
    package let rate: Double
    package let pull: Pull?
    /// The names of the tensors that stay as they are.
    package let frozen: [String]
    /// What random numbers follow from, in 31 bits: as much as every language's generator takes.
    package let seed: UInt32

    package init(rows: [Int], sgd: SGD, rate: Double, pull: Pull? = nil, frozen: [String] = [], seed: UInt32) {
        self.rows = rows
        self.sgd = sgd
        self.rate = rate
        self.pull = pull
        self.frozen = frozen
        self.seed = seed
    }
}
