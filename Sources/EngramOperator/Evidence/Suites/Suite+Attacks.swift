// SPDX-License-Identifier: Apache-2.0
import EngramFederation

extension Suite {
    /// What honest agents lose when some are not.
    static let attacks = Section(
        name: "attacks", title: "Attacks: what honest agents lose",
        text: """
            Fashion-MNIST over 24 agents, 6 of which call every class y by the name 9 - y. Figures are over the 18 honest agents; the Rand index
            tells whether the others were put apart.
            """,
        tables: [
            .measures(
                "Accuracy of honest agents",
                [
                    .figure(.cluster, .among("agent-", .all)), .figure(.personal, .among("agent-", .all)),
                    .figure(.deployed, .among("agent-", .all)), .rand, .clusters,
                ]),
            .paired("Own row less that of the first method, honest agents", against: nil, prefix: "agent-"),
        ]
    ) { scale in
        let methods: [Contestant] = [
            Contestant("fedavg", row: .cluster),
            Contestant("trimmed-mean", "aggregation.trim=0.3", row: .cluster),
            Contestant("ditto", row: .personal),
            Contestant("constellation"),
        ]
        let honest = clothes("no attacker", turned: false, methods, scale)
        let flipped = Section.Case(
            "6 of 24 flip their labels", FlippedLabels(honest.federation, attackers: 6), settings: honest.settings, methods,
            seeds: honest.seeds)
        return [honest, flipped]
    }
}
