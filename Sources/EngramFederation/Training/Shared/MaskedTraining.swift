// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// Minibatch SGD whose softmax is over the classes that the agent has: what it sends leaves the others' outputs alone (Diao et al. 2021, HeteroFL's masked
/// cross-entropy).
///
/// An output whose bias is far below all others has no share of the softmax and no gradient; it gets its own numbers back afterwards.
package struct MaskedTraining: LocalTraining {
    package static let name = "masked"
    package static let summary = "SGD over the classes that an agent has; the others' outputs stay (Diao et al. 2021, HeteroFL)"
    private static let silent: Float = -1e4

    package init() {}

    package func train(_ step: inout LocalStep) {
        let absent = absentClasses(step)
        let head = step.network.headRange
        let bias = head.upperBound - step.network.spec.outputs
        for output in absent { step.model.values[bias + output] = Self.silent }
        step.loss = step.pass(&step.model)
        // Weight decay has no mask.
        let width = (bias - head.lowerBound) / step.network.spec.outputs
        for output in absent {
            let weights = head.lowerBound + output * width..<head.lowerBound + (output + 1) * width
            step.model.values.replaceSubrange(weights, with: step.received.values[weights])
            step.model.values[bias + output] = step.received.values[bias + output]
        }
        step.personal = step.model
    }

    private func absentClasses(_ step: LocalStep) -> [Int] {
        guard step.network.spec.task == .classes else { return [] }
        let present = Set(step.rows.map { Int(step.data.classes[$0]) })
        return (0..<step.network.spec.outputs).filter { !present.contains($0) }
    }
}
