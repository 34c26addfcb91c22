// SPDX-License-Identifier: Apache-2.0
import EngramFederation

extension Suite {
    /// IFCA's own experiment: four rotations of MNIST, model and training of the paper.
    static let rotatedDigits = Section(
        name: "rotated-mnist", title: "Rotated MNIST: four groups that nobody names",
        text: """
            The construction of IFCA (Ghosh et al. 2020, section 6): m agents with n images each, k = 4 rotations, every rotation
            re-using all 60,000 images, (m/k)·n = 60,000; a 784-200-10 network, 10 full-batch steps of rate 0.1 a round, everybody
            in every round. *Departures*: 60 rounds, not 300 (40 for m = 2400 and 4800): accuracy still rises, groups stand still long before; 10 % of each agent's images
            are held back for validation (the paper has none); an agent is tested on 100, 50 or 25 images drawn from the 10,000 of
            its rotation, not on all; `ifca` starts from one warm model and k-means++ on signatures unless `warm_up=0` (random
            starts, as in the paper; it reports the best of several). `constellation` is not told that there are 4 groups. Three
            seeds for these two with m = 1200, one for everything else. It takes up to 6 GB of memory. Rows in italics are Table 1
            of the paper: 300 rounds, five seeds.
            """,
        tables: [
            .measures(
                "Accuracy",
                [
                    .figure(nil, .weighted), .figure(nil, .worstTenth), .rand, .clusters, .megabytesUp, .megabytesDown,
                    .secondsPerRound,
                ],
                peers: [
                    ("m = 1200", "0.9525", "0.8973", "0.8005"), ("m = 2400", "0.9505", "0.8865", "0.7366"),
                    ("m = 4800", "0.9420", "0.8674", "0.6332"),
                ].flatMap { name, ifca, global, local in
                    [("IFCA", ifca), ("one global model", global), ("local", local)].map { method, figure in
                        EvidenceTable.Peer(name, "\(method), the paper", figure, "", "", "", "", "", "")
                    }
                }
            )
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
            func digits(_ agents: Int, tests: Int) -> RotatedDigits {
                RotatedDigits(agents: agents, images: 60_000, tests: tests, validation: 0.1)
            }
            let two = methods.filter { ["ifca", "constellation"].contains($0.name) }
            let others = methods.filter { !["ifca", "constellation"].contains($0.name) }
            let settings = paper + alone + ["rounds=60"], fewer = paper + alone + ["rounds=40"]
            return [
                .init("m = 1200", digits(1200, tests: 100), settings: settings, two, seeds: [1, 2, 3]),
                .init("m = 1200", digits(1200, tests: 100), settings: settings, others, seeds: [1]),
                .init("m = 2400", digits(2400, tests: 50), settings: fewer, two, seeds: [1]),
                .init("m = 4800", digits(4800, tests: 25), settings: fewer, two, seeds: [1]),
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
