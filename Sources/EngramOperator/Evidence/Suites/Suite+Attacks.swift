// SPDX-License-Identifier: Apache-2.0
import EngramFederation

extension Suite {
    /// What honest agents lose when some are not.
    static let attacks = Section(
        name: "attacks", title: "Attacks: what honest agents lose",
        text: """
            Fashion-MNIST over 24 agents that see the same, 6 of which do harm: they train on flipped labels, send their update
            turned round, send the honest mean less a deviation (ALIE, Baruch et al. 2019), or send the honest mean turned round
            (IPM, Xie et al. 2020); the last two know everybody's honest updates. In *a group's majority* (beside it the same federation with *four
            rotations, nobody does harm*) four of the six agents of
            one of four rotations send their update turned round: who groups agents gives hostile ones a group of their own, or
            lets them have another's. Figures are over the honest agents.
            """,
        tables: [
            .matrix("Accuracy of each method's own row, honest agents", .figure(nil, .weighted)),
            .matrix("The same of what the gates deployed", .figure(.deployed, .weighted)),
            .paired("Own row less that of the first method, honest agents", against: nil),
        ],
        figures: [.bars("Accuracy of honest agents under attack", .figure(nil, .weighted))]
    ) { scale in
        let methods: [Contestant] = [
            Contestant("fedavg", row: .cluster),
            Contestant("trimmed-mean", "aggregation.trim=0.3", row: .cluster),
            Contestant("median", row: .cluster),
            Contestant("krum", "aggregation.hostile=6", row: .cluster),
            Contestant("multi-krum", "aggregation.hostile=6", row: .cluster),
            Contestant("norm-clip", row: .cluster),
            Contestant("centred-clip", row: .cluster),
            Contestant("threshold-clustering", row: .cluster),
            Contestant("foolsgold", row: .cluster),
            Contestant("ditto", row: .personal),
            Contestant("constellation"),
        ]
        let quiet = clothes("nobody does harm", turned: false, methods, scale)
        let harms = [
            ("flipped labels", "label_flip"), ("turned round", "sign_flip"), ("ALIE", "alie(z=1)"), ("IPM", "ipm(epsilon=1)"),
        ]
        let rotated = clothes("a group's majority", turned: true, methods, scale)
        let majority = Section.Case(
            rotated.name, rotated.federation, harm: .init("sign_flip", attackers: "cluster:r90:4"), settings: rotated.settings,
            methods, seeds: rotated.seeds)
        return [quiet, clothes("four rotations, nobody does harm", turned: true, methods, scale), majority]
            + harms.map { name, attack in
                Section.Case(
                    name, quiet.federation, harm: .init(attack, attackers: "0.25"), settings: quiet.settings, methods,
                    seeds: quiet.seeds)
            }
    }
}
