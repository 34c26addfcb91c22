// SPDX-License-Identifier: Apache-2.0
import EngramFederation

extension Suite {
    /// What privacy costs: the methods without any, with which those that have it are compared.
    static let privacy = Section(
        name: "privacy", title: "Privacy: what it costs",
        text: "Fashion-MNIST over 24 agents, all alike and in four rotations. The first method has no protection beyond TLS.",
        tables: [
            .measures(
                "Accuracy and cost",
                [.figure(.cluster, .weighted), .figure(.cluster, .worstTenth), .rand, .megabytesUp, .processorSecondsPerRound])
        ]
    ) { scale in
        let methods: [Contestant] = [
            Contestant("fedavg", row: .cluster),
            Contestant("constellation", row: .cluster),
        ]
        return [clothes("identical", turned: false, methods, scale), clothes("rotated", turned: true, methods, scale)]
    }
}
