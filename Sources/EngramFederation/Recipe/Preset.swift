// SPDX-License-Identifier: Apache-2.0

/// A published method (or ours) as a recipe with a name.
package struct Preset: Sendable {
    package let name: String
    package let summary: String
    private let change: @Sendable (inout Recipe) -> Void

    private init(_ name: String, _ summary: String, _ change: @escaping @Sendable (inout Recipe) -> Void) {
        self.name = name
        self.summary = summary
        self.change = change
    }

    package var recipe: Recipe {
        var recipe = Recipe()
        recipe.name = name
        change(&recipe)
        return recipe
    }

    package static let all: [Preset] = [
        Preset("constellation", "clusters found by signatures and held-out loss (ours, the default)") {
            $0.grouping = Constellation()
        },
        Preset("constellation-base", "constellation, each agent with its own last layer") {
            $0.grouping = Constellation()
            $0.sharing = ShareBase()
        },
        Preset("constellation-ditto", "constellation, each agent with a personal model beside its cluster's") {
            $0.grouping = Constellation()
            $0.training = DittoTraining()
        },
        Preset("everyone", "one model for everyone: FedAvg (McMahan et al. 2017)") { _ in },
        Preset("fedavg", "one model for everyone (McMahan et al. 2017)") { _ in },
        Preset("fedavgm", "FedAvg with server momentum (Hsu et al. 2019)") { $0.server = MomentumStep() },
        Preset("fedprox", "FedAvg with a pull towards the received model (Li et al. 2020)") { $0.training = ProximalTraining() },
        Preset("fedper", "the last layer stays with the agent (Arivazhagan et al. 2019)") { $0.sharing = ShareBase() },
        Preset("ditto", "a personal model beside the global one (Li et al. 2021)") { $0.training = DittoTraining() },
        Preset("trimmed-mean", "FedAvg with a trimmed mean (Yin et al. 2018)") { $0.aggregation = TrimmedMean() },
        Preset("given", "the groups that the shards declare: the oracle") { $0.grouping = Given() },
        Preset("cfl", "clustered federated learning by bipartition (Sattler et al. 2019)") { $0.grouping = CFL() },
        Preset("ifca", "iterative federated clustering (Ghosh et al. 2020)") { $0.grouping = IFCA() },
    ]

    package static func recipe(_ name: String) throws(RecipeError) -> Recipe {
        guard let preset = all.first(where: { $0.name == name }) else {
            let names = all.map(\.name)
            throw .unknownChoice(path: "preset", name: name, nearest: NearestName.of(name, among: names), known: names)
        }
        return preset.recipe
    }
}
