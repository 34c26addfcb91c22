// SPDX-License-Identifier: Apache-2.0
import EngramFederation

extension Suite {
    /// What a method costs in processor time and bytes until it is good.
    static let energy = Section(
        name: "energy", title: "Energy: processor time and bytes",
        text: """
            Processor seconds of all agents and the coordinator together, and bytes, on Fashion-MNIST over 24 agents in four rotations, without the
            reference models that other sections train beside the method. Times are of the machine that made this page.
            """,
        tables: [
            .measures(
                "Cost",
                [
                    .figure(nil, .weighted), .roundsTo(0.75), .processorSecondsPerRound, .secondsPerRound, .megabytesUp,
                    .megabytesDown,
                    .peakMegabytes,
                ])
        ]
    ) { scale in
        let methods: [Contestant] = [
            Contestant("fedavg", row: .cluster),
            Contestant("fedper", row: .cluster),
            Contestant("ditto", row: .personal),
            Contestant("ifca", row: .cluster),
            Contestant("cfl", row: .cluster),
            Contestant("constellation", row: .cluster),
        ]
        return [clothes("rotated", turned: true, methods, scale)]
    }
}
