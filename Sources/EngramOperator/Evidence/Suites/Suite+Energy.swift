// SPDX-License-Identifier: Apache-2.0
import EngramFederation

extension Suite {
    /// What a method costs in time, energy and bytes until it is good.
    static let energy = Section(
        name: "energy", title: "Time and energy",
        text: """
            Fashion-MNIST over 24 agents in four rotations, without the reference models that other sections train beside the
            method. *Here*: processor seconds of all agents and the coordinator together, on the machine that made this page.
            *Declared*: seconds and joules that follow from made-up devices in a town cell of 500 m (0.2 to 2 GHz, drawn per
            agent; the model of Li et al. 2022), with rules for who takes part.
            """,
        tables: [
            .measures(
                "Cost",
                [
                    .figure(nil, .weighted), .roundsTo(0.75), .processorSecondsPerRound, .secondsPerRound, .megabytesUp,
                    .megabytesDown,
                    .declaredSeconds, .energyJoules,
                ])
        ],
        figures: [.trade("Accuracy for declared energy", .figure(nil, .weighted), for: .energyJoules)]
    ) { scale in
        let methods: [Contestant] = [
            Contestant("fedavg", row: .cluster),
            Contestant("fedper", row: .cluster),
            Contestant("ditto", row: .personal),
            Contestant("ifca", row: .cluster),
            Contestant("cfl", row: .cluster),
            Contestant("constellation", row: .cluster),
        ]
        let polite: [Contestant] = [
            Contestant("fedavg", "rounds_close.order=declared", as: "fedavg", row: .cluster),
            Contestant("over-selected", row: .cluster),
            Contestant("fedbuff", row: .cluster),
            Contestant("twin-polling", "rounds_close.order=declared", as: "twin-polling", row: .cluster),
            Contestant("energy-aware", "rounds_close.order=declared", as: "energy-aware", row: .cluster),
            Contestant("constellation", "rounds_close.order=declared", as: "constellation", row: .cluster),
        ]
        let here = clothes("here", turned: true, methods, scale)
        return [
            here,
            .init(
                "declared", DeclaredDevices(here.federation, slowest: 2e8, fastest: 2e9), settings: here.settings, polite,
                seeds: here.seeds),
        ]
    }
}
