// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// All but the model's normalisation travels.
///
/// FedBN keeps all of batch normalisation private (Li et al. 2021); MTFL keeps its weights and biases, its statistics, or both (Mills et al. 2021). With frozen
/// features, `model.normalisation: input` gives each agent a private scale and shift of every feature.
package struct ShareAllButNorms: Sharing {
    package static let name = "all_but_norms"
    package static let summary = "the normalisation stays private (Li et al. 2021, FedBN; Mills et al. 2021, MTFL)"

    package enum Kept: String, CaseIterable, Sendable {
        case all, affine, statistics
    }

    package var kept = Kept.all

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.oneOf("keep", &kept, "what stays private: the weights and biases (affine), the running statistics, or all")
    }

    package func shared(of network: Network) -> ParameterLayout {
        let names = network.normNames
        let own =
            switch kept {
            case .all: names.all
            case .affine: names.affine
            case .statistics: names.statistics
            }
        return network.layout.selecting { !own.contains($0) }
    }

    package func objection(to recipe: Recipe) -> String? {
        switch (recipe.normalisation, kept) {
        case (.none, _): "sharing 'all_but_norms' needs a model with normalisation: set model.normalisation to batch or input"
        case (.input, .statistics):
            "normalisation 'input' has no running statistics to keep private: set sharing.keep to affine or all"
        default: nil
        }
    }
}
