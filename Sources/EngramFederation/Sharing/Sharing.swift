// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// Which tensors of a model travel; the others are the agent's private part and never leave it.
package protocol Sharing: Choice {
    /// The tensors that are exchanged, in the model's order.
    func shared(of network: Network) -> ParameterLayout
    /// Why this sharing cannot work on a network with these hidden layers, or nil.
    func objection(hidden: [Int]) -> String?
}

extension Sharing {
    package func objection(hidden: [Int]) -> String? { nil }
}

extension Catalogue where Axis == any Sharing {
    package static var sharing: Self {
        Self([
            .init(name: ShareAll.name, summary: ShareAll.summary) { ShareAll() },
            .init(name: ShareBase.name, summary: ShareBase.summary) { ShareBase() },
        ])
    }
}
