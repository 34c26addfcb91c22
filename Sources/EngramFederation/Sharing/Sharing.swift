// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// Which tensors of a model travel; the others are the agent's private part and never leave it.
package protocol Sharing: Choice {
    /// The tensors that are exchanged, in the model's order.
    func shared(of network: Network) -> ParameterLayout
    /// The share of each hidden layer's units that an agent holds.
    func width(for profile: AgentProfile) -> Double
    /// A combination with the rest of the recipe that makes no sense, or nil.
    func objection(to recipe: Recipe) -> String?
}

extension Sharing {
    package func width(for profile: AgentProfile) -> Double { 1 }
    package func objection(to recipe: Recipe) -> String? { nil }
}

extension Catalogue where Axis == any Sharing {
    package static var sharing: Self {
        Self([
            .init(name: ShareAll.name, summary: ShareAll.summary) { ShareAll() },
            .init(name: ShareBase.name, summary: ShareBase.summary) { ShareBase() },
            .init(name: ShareHead.name, summary: ShareHead.summary) { ShareHead() },
            .init(name: ShareAllButNorms.name, summary: ShareAllButNorms.summary) { ShareAllButNorms() },
            .init(name: ShareNothing.name, summary: ShareNothing.summary) { ShareNothing() },
            .init(name: ShareWidth.name, summary: ShareWidth.summary) { ShareWidth() },
        ])
    }
}
