// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning

extension Suite {
    /// What privacy costs: how much worse, for which epsilon.
    static let privacy = Section(
        name: "privacy", title: "Privacy: what it costs",
        text: """
            Linear models on Fashion-MNIST over 400 agents with 100 training images each, all alike and in four rotations; half
            of the agents take part in each round, drawn by coins. Updates are clipped on the agent, noise is added to each
            group's sum; epsilon is the greatest of any agent at delta 10⁻⁵, by Rényi accounting. The first method clips nothing
            and adds nothing. Noise follows from each run's seed here, so that the page can be made again; a deployment's must not.
            """,
        tables: [
            .measures(
                "Accuracy and epsilon",
                [
                    .figure(.cluster, .weighted), .figure(.cluster, .worstTenth), .epsilon, .rand, .clusters,
                    .processorSecondsPerRound,
                ])
        ],
        figures: [.trade("Accuracy for an epsilon; dashed without noise", .figure(.cluster, .weighted), for: .epsilon)]
    ) { scale in
        let common = [
            "model.hidden=[]", "cohort=poisson", "cohort.fraction=0.5", "reference.global=false", "reference.local=false",
            "rounds=\(scale == .full ? 60 : 5)",
        ]
        let noisy = ["privacy=central", "privacy.noise_seed=\(Contestant.seed)", "privacy.delta=0.00001"]
        func hidden(_ preset: String, noise: String, _ name: String) -> Contestant {
            Contestant(preset, noisy + ["privacy.noise=\(noise)"], as: name, row: .cluster)
        }
        let methods: [Contestant] = [
            Contestant("fedavg", row: .cluster),
            hidden("dp-fedavg", noise: "0.5", "dp-fedavg, noise 0.5"),
            hidden("dp-fedavg", noise: "1", "dp-fedavg, noise 1"),
            hidden("dp-fedavg", noise: "2", "dp-fedavg, noise 2"),
            hidden("dp-fedavg-adaptive", noise: "1", "dp-fedavg-adaptive, noise 1"),
            Contestant("constellation", row: .cluster),
            hidden("dp-constellation", noise: "1", "dp-constellation, noise 1"),
        ]
        return [("identical", false), ("rotated", true)].map { name, turned in
            .init(
                name,
                ShiftedImages(.fashion, agents: 400, sizes: .counts(train: 100, validation: 25, test: 25), turned: turned),
                settings: common, methods, seeds: scale == .full ? [1, 2, 3] : [1])
        }
    }
}
