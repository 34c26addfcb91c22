// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning

extension Suite {
    /// One way of being different at a time, and two at once.
    static let shifts = Section(
        name: "shifts", title: "Ways of being different, alone and in pairs",
        text: """
            Does a method find the groups that there are, find none where there are none, and leave nobody worse off?
            Fashion-MNIST over 24 agents with 300 training, 75 validation and 75 test images each, and CIFAR-10 as 128 fixed
            features (EfficientNet-Lite0, PCA) over 20 agents with 240, 60 and 60. *Identical*: the control. *Rotated*: images
            turned by 0, 90, 180 or 270 degrees. *Permuted*: four groups of agents with other names for the classes. *Dirichlet*:
            class mixes drawn with concentration 1 (Hsu et al. 2019: two or three classes an agent), in pairs 5. In pairs both apply to
            every agent; rotated and permuted together make 8 groups. `given` is told the groups; `ifca`, `fedgroup`, `fesem` and
            `fedsoft` are told that there are four.
            """,
        tables: [
            .matrix("Accuracy of each method's own row, weighted by rows", .figure(nil, .weighted)),
            .matrix("The same of what the gates deployed", .figure(.deployed, .weighted)),
            .matrix("Groups found: adjusted Rand index", .rand),
            .matrix("Number of groups found", .clusters),
            .matrix("Agents left worse off than alone by what was deployed", .worseThanLocal),
            .paired("Own row less that of the first method, agent by agent", against: nil),
        ],
        figures: [.bars("Accuracy under each shift", .figure(nil, .weighted))]
    ) { scale in
        let methods: [Contestant] = [
            Contestant("fedavg", row: .cluster),
            Contestant("ditto", row: .personal),
            Contestant("ifca", row: .cluster),
            Contestant("cfl", row: .cluster),
            Contestant("flhc", row: .cluster),
            Contestant("fedgroup", "grouping.clusters=4", as: "fedgroup", row: .cluster),
            Contestant("fesem", "grouping.clusters=4", as: "fesem", row: .cluster),
            Contestant("pacfl", row: .cluster),
            Contestant("stocfl", "reference.global=true", as: "stocfl", row: .cluster),
            Contestant("fedsoft", "grouping.clusters=4", as: "fedsoft", row: .personal),
            Contestant("constellation"),
            Contestant("constellation-ditto"),
        ]
        // Only where groups are planted.
        let oracle = methods + [Contestant("given", row: .cluster)]
        func fashion(turned: Bool = false, permuted: Bool = false, alpha: Double? = nil) -> ShiftedImages {
            ShiftedImages(
                .fashion, agents: 24, sizes: .counts(train: 300, validation: 75, test: 75), turned: turned, permuted: permuted,
                alpha: alpha)
        }
        func cifar(permuted: Bool = false, alpha: Double? = nil) -> ShiftedImages {
            ShiftedImages(
                .cifarFeatures, agents: 20, sizes: .counts(train: 240, validation: 60, test: 60), permuted: permuted, alpha: alpha
            )
        }
        let cases: [(name: String, federation: ShiftedImages)] = [
            ("fashion: identical", fashion()), ("fashion: rotated", fashion(turned: true)),
            ("fashion: permuted", fashion(permuted: true)), ("fashion: dirichlet", fashion(alpha: 1)),
            ("fashion: rotated + permuted", fashion(turned: true, permuted: true)),
            ("fashion: rotated + dirichlet", fashion(turned: true, alpha: 5)),
            ("fashion: permuted + dirichlet", fashion(permuted: true, alpha: 5)),
            ("cifar10: identical", cifar()), ("cifar10: permuted", cifar(permuted: true)),
            ("cifar10: dirichlet", cifar(alpha: 1)),
            ("cifar10: permuted + dirichlet", cifar(permuted: true, alpha: 5)),
        ]
        let chosen =
            scale == .full ? cases : cases.filter { ["fashion: rotated + permuted", "cifar10: permuted"].contains($0.name) }
        return chosen.map { name, federation in
            .init(
                name, federation, settings: ["reference.global=false", "rounds=\(scale == .full ? 40 : 8)"],
                federation.turned || federation.permuted ? oracle : methods, seeds: scale == .full ? [1, 2, 3] : [1])
        }
    }
}
