// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning

extension Suite {
    /// Data and agents that change during a run.
    static let streams = Section(
        name: "streams", title: "Drift and newcomers",
        text: """
            Fashion-MNIST over 24 agents in four rotations, 60 rounds. *Drift*: from round 22 on a quarter of the
            agents sees its images turned by another 90 degrees; its test images turn with them, and the groups that count for the
            Rand index are the new ones. *Newcomers*: a quarter of the agents takes part only from then on. Figures are of the
            models that a round left, on the images that the next one has: r20 is the last before the change, r21 the first after it.
            """,
        tables: [
            .measures(
                "Accuracy by round, weighted by rows",
                [
                    .afterRound(20), .afterRound(21), .afterRound(25), .afterRound(40), .afterRound(60),
                    .figure(nil, .worstTenth), .rand, .clusters,
                ]),
            .paired("Own row in the end less that of the first method, agent by agent", against: nil),
        ],
        figures: [.curves("Accuracy by round when data change")]
    ) { scale in
        let methods: [Contestant] = [
            Contestant("fedavg", row: .cluster),
            Contestant("ditto", row: .personal),
            Contestant("ifca", row: .cluster),
            Contestant("cfl", row: .cluster),
            Contestant("constellation", row: .cluster),
        ]
        let (rounds, change) = scale == .full ? (60, 22) : (6, 4)
        func federation(drift: Int? = nil, join: Int? = nil) -> ShiftedImages {
            ShiftedImages(
                .fashion, agents: 24, sizes: .counts(train: 300, validation: 75, test: 75), turned: true, drift: drift, join: join
            )
        }
        return [("drift", federation(drift: change)), ("newcomers", federation(join: change))].map { name, federation in
            .init(
                name, federation, settings: ["reference.global=false", "reference.local=false", "rounds=\(rounds)"], methods,
                seeds: scale == .full ? [1, 2, 3] : [1])
        }
    }
}
