// SPDX-License-Identifier: Apache-2.0
import EngramFederation

extension Suite {
    /// IFCA's own experiment: four rotations of MNIST, model and training of the paper.
    static let rotatedDigits = Section(
        name: "rotated-mnist", title: "Rotated MNIST: four groups that nobody names",
        text: """
            The construction of IFCA (Ghosh et al. 2020, section 6): m agents with n images each, k = 4 rotations, every rotation
            re-using all 60,000 images, (m/k)·n = 60,000; a 784-200-10 network, 10 full-batch steps of rate 0.1 a round, everybody
            in every round. *Departures*: 100 rounds, not 300 (40 in the small case); 10 % of each agent's images are held back
            for validation (the paper has none); an agent is tested on 100 images drawn from the 10,000 of its rotation, not on
            all; `ifca` starts from one warm model and k-means++ on signatures unless `warm_up=0` (random starts, as in the paper;
            it reports the best of several). `constellation` is not told that there are 4 groups. The case *m = 1200* is the
            paper's, with one seed, and takes up to 6 GB of memory; the other has an eighth of the images and half as many an
            agent, with three seeds. Rows in italics are Table 1 of the paper: 300 rounds, five seeds.
            """,
        tables: [
            .measures(
                "Accuracy",
                [
                    .figure(nil, .weighted), .figure(nil, .worstTenth), .rand, .clusters, .megabytesUp, .megabytesDown,
                    .secondsPerRound,
                ],
                peers: [
                    .init("m = 1200", "IFCA, the paper", "0.9525", "", "", "", "", "", ""),
                    .init("m = 1200", "one global model, the paper", "0.8973", "", "", "", "", "", ""),
                    .init("m = 1200", "local, the paper", "0.8005", "", "", "", "", "", ""),
                ])
        ],
        figures: [.curves("Accuracy by round on rotated MNIST")]
    ) { scale in
        let paper = ["model.hidden=[200]", "optimiser.rate=0.1", "optimiser.batch=60000", "optimiser.epochs=10"]
        // What is compared stands beside it as a method of its own: no second model has to be trained within a run.
        let alone = ["reference.global=false", "reference.local=false"]
        let methods: [Contestant] = [
            Contestant("ifca", row: .cluster),
            Contestant("ifca", "grouping.warm_up=0", row: .cluster),
            Contestant("cfl", row: .cluster),
            Contestant("constellation", row: .cluster),
            Contestant("given", as: "given (the planted groups)", row: .cluster),
            Contestant("fedavg", "reference.local=true", as: "fedavg", row: .cluster),
            Contestant("fedavg", "reference.local=true", as: "local", row: .local),
        ]
        switch scale {
        case .full:
            return [
                .init(
                    "m = 1200", RotatedDigits(agents: 1200, images: 60_000, tests: 100, validation: 0.1),
                    settings: paper + alone + ["rounds=100"],
                    methods.filter { ["ifca", "constellation"].contains($0.name) }, seeds: [1]),
                .init(
                    "m = 300, an eighth of the images", RotatedDigits(agents: 300, images: 7_500, tests: 100, validation: 0.1),
                    settings: paper + alone + ["rounds=40"], methods, seeds: [1, 2, 3]),
            ]
        case .quick:
            return [
                .init(
                    "m = 24, 600 images", RotatedDigits(agents: 24, images: 600, tests: 50, validation: 0.1),
                    settings: paper + alone + ["rounds=12"], methods, seeds: [1])
            ]
        }
    }
}
