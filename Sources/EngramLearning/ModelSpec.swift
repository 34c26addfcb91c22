// SPDX-License-Identifier: Apache-2.0

/// The shape of a network: fully connected layers with ReLU between them; without hidden layers it is linear.
package struct ModelSpec: Codable, Hashable, Sendable {
    package var inputs: Int
    package var hidden: [Int]
    package var outputs: Int
    package var task: Task
    package var normalisation: Normalisation

    /// No layer is wider, and no model deeper or larger.
    package static let widthLimit = 1 << 20
    package static let depthLimit = 64
    package static let parameterLimit = 1 << 28

    package init(inputs: Int, hidden: [Int], outputs: Int, task: Task, normalisation: Normalisation = .none) {
        self.inputs = inputs
        self.hidden = hidden
        self.outputs = outputs
        self.task = task
        self.normalisation = normalisation
    }

    /// The model for a shard: its inputs and outputs are the data's.
    package init(fitting shard: Shard, hidden: [Int], normalisation: Normalisation = .none) {
        self.init(
            inputs: shard.data.dimension, hidden: hidden, outputs: shard.task == .classes ? shard.classes : 1, task: shard.task,
            normalisation: normalisation)
    }

    /// Without a `normalisation` there is none.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            inputs: try container.decode(Int.self, forKey: .inputs), hidden: try container.decode([Int].self, forKey: .hidden),
            outputs: try container.decode(Int.self, forKey: .outputs), task: try container.decode(Task.self, forKey: .task),
            normalisation: try container.decodeIfPresent(Normalisation.self, forKey: .normalisation) ?? .none)
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
        if normalisation == .input { parameters += 2 * inputs }
        if normalisation == .batch { parameters += 4 * hidden.reduce(0, +) }
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
