// SPDX-License-Identifier: Apache-2.0

/// The shape of a network: fully connected layers with ReLU between them; without hidden layers it is linear.
package struct ModelSpec: Codable, Hashable, Sendable {
    package var inputs: Int
    package var hidden: [Int]
    package var outputs: Int
    package var task: Task

    /// No layer is wider, and no model deeper or larger.
    package static let widthLimit = 1 << 20
    package static let depthLimit = 64
    package static let parameterLimit = 1 << 28

    package init(inputs: Int, hidden: [Int], outputs: Int, task: Task) {
        self.inputs = inputs
        self.hidden = hidden
        self.outputs = outputs
        self.task = task
    }

    /// The model for a shard: its inputs and outputs are the data's.
    package init(fitting shard: Shard, hidden: [Int]) {
        self.init(
            inputs: shard.data.dimension, hidden: hidden, outputs: shard.task == .classes ? shard.classes : 1, task: shard.task)
    }

    /// The widths of all layers, inputs first.
    package var widths: [Int] { [inputs] + hidden + [outputs] }

    /// Why no network can be made of this, or nil. A spec that came from outside must be asked before `Network.init`.
    package var problem: String? {
        if hidden.count > Self.depthLimit {
            return "it has \(hidden.count) hidden layers, at most \(Self.depthLimit) are possible"
        }
        for width in widths where !(1...Self.widthLimit).contains(width) {
            return "a layer has \(width) units, possible are 1 to \(Self.widthLimit)"
        }
        if task == .classes && outputs < 2 { return "classes need at least 2 outputs, it has \(outputs)" }
        if task != .classes && outputs != 1 { return "the task “\(task.rawValue)” needs 1 output, it has \(outputs)" }
        var parameters = 0
        for (from, to) in zip(widths, widths.dropFirst()) { parameters += (from + 1) * to }
        if parameters > Self.parameterLimit {
            return "it has \(parameters) parameters, at most \(Self.parameterLimit) are possible"
        }
        return nil
    }

    /// Throws `badModel` when there is a problem.
    package func validated() throws(LearningError) -> ModelSpec {
        if let problem { throw .badModel(problem) }
        return self
    }
}
