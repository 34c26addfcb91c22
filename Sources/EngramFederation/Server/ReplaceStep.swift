// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// The model becomes the aggregate: w ← w + Δ.
package struct ReplaceStep: ServerStep {
    package static let name = "replace"
    package static let summary = "the aggregate becomes the model (McMahan et al. 2017)"

    package init() {}

    package func apply(_ update: [Float], to model: inout [Float], memory: inout [Float]?) {
        Kernels.axpy(1, update, into: &model)
    }
}
