// SPDX-License-Identifier: Apache-2.0

/// How a group's model moves, given the combined update of a round.
package protocol ServerStep: Choice {
    /// Moves `model` in place; `memory` is this rule's own state for the model, nil at first, kept with the model's version.
    func apply(_ update: [Float], to model: inout [Float], memory: inout [Float]?)
}

extension Catalogue where Axis == any ServerStep {
    package static var server: Self {
        Self([
            .init(name: ReplaceStep.name, summary: ReplaceStep.summary) { ReplaceStep() },
            .init(name: MomentumStep.name, summary: MomentumStep.summary) { MomentumStep() },
            .init(name: AdagradStep.name, summary: AdagradStep.summary) { AdagradStep() },
            .init(name: AdamStep.name, summary: AdamStep.summary) { AdamStep() },
            .init(name: YogiStep.name, summary: YogiStep.summary) { YogiStep() },
        ])
    }
}
