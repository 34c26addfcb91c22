// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// The model moves by the aggregate: w ← w + ηΔ. With the rate 1, the aggregate becomes the model.
///
/// Another rate is pFedMe's β (Dinh et al. 2020), or the rate of FedOpt's SGD on the coordinator (Reddi et al. 2021).
package struct ReplaceStep: ServerStep {
    package static let name = "replace"
    package static let summary = "the aggregate becomes the model (McMahan et al. 2017)"

    package var rate = 1.0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("rate", &rate, 0...10, "step size; 1: the aggregate becomes the model")
    }

    package func apply(_ update: [Float], to model: inout [Float], memory: inout [Float]?) {
        Kernels.axpy(Float(rate), update, into: &model)
    }
}
