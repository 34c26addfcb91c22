// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning

extension Suite {
    /// Real people: taste and memory.
    static let people = Section(
        name: "people", title: "Real people: what they like, what they remember",
        text: """
            An agent is a person. *beauty*: 568 people rated photographs (OASIS; Brielmann & Pelli 2019). *aesthetics*: 41 people
            rated art and interiors (Vessel). *memory*: 44 and 50 people said which pictures they had seen before (Isola et al.
            2013 as repeated by Lin et al. 2024; FIGRIM, Bylinskii et al. 2015). Linear models on fixed image features; the metric
            is within a person: Spearman's rho, or the area under the ROC curve. *Warm* test images are in others' training rows,
            *cold* ones in nobody's: claims about kinds of people should rest on cold images, or on the difference to a model
            trained alone. *New*: the same fifth of the people have only 0, 10 or 40 of their training trials, and the figures are
            over these people only. *Loss* is half the squared error (beauty, aesthetics) or the logistic loss (memory): it sees
            how good levels and chances are, which ranks do not; `calibrated` fits a slope and a threshold for each
            person, and so keeps the shared order of images (but where somebody's answers run against it). *Pooled* figures take all test trials of all people as one person's, so that how much
            somebody remembers counts too; the *calibration error* is the mean distance of chances from shares of hits. Validation rows are those of a part of the images, which nobody trains on. Errors of
            paired tables are over people.
            """,
        tables: [
            .measures(
                "Mean over people",
                [
                    .figure(.local, .cold), .figure(.cluster, .cold), .figure(.personal, .cold), .figure(.deployed, .cold),
                    .figure(nil, .warm), .loss(.local, among: nil), .loss(nil, among: nil), .worseThanLocal, .clusters,
                ]),
            .matrix("Everybody's answers as one person's: area under the curve", .pooledAUC(nil)),
            .matrix("Everybody's answers as one person's: calibration error", .calibrationError(nil)),
            .matrix("New people only: own row, all test images", .figure(nil, .among(PeopleFederation.newcomerPrefix, .all))),
            .matrix("New people only: loss of the own row", .loss(nil, among: PeopleFederation.newcomerPrefix)),
            .paired("Own row less a model trained alone, cold images, person by person", against: .local, on: .cold),
            .paired("Own row less that of the first method, cold images, person by person", against: nil, on: .cold),
            .paired(
                "New people: own row less that of the first method, person by person", against: nil,
                prefix: PeopleFederation.newcomerPrefix),
        ]
    ) { scale in
        let methods: [Contestant] = [
            Contestant("fedavg", row: .cluster),
            Contestant("calibrated", row: .personal),
            Contestant("fedavg-ft", "training.epochs=30", as: "fedavg-ft", row: .personal),
            Contestant("ditto", row: .personal),
            Contestant("ifca", row: .cluster),
            Contestant("cfl", row: .cluster),
            Contestant("constellation"),
            Contestant("constellation-ditto"),
        ]
        // In closed form; their messages grow with the square of the features, so not for many people with wide ones. How strongly they
        // shrink was chosen on validation images.
        let exact: [Contestant] = [
            Contestant("fed3r", "rounds=2", as: "fed3r", row: .cluster),
            Contestant("linear-ditto", "rounds=2", as: "linear-ditto", row: .personal),
            Contestant("ridge-shrinkage", "rounds=20", "reference.global=true", as: "ridge-shrinkage", row: .personal),
        ]
        let wide: [Contestant] = [
            Contestant("fed3r", "rounds=2", "training.strength=30000", as: "fed3r", row: .cluster),
            Contestant(
                "linear-ditto", "rounds=2", "training.strength=30000", "training.lambda=1000", as: "linear-ditto", row: .personal),
        ]
        let sets: [(name: String, set: PeopleSet, settings: [String], rounds: Int)] = [
            ("beauty", .beauty, ["optimiser.rate=0.002"], 40), ("beauty, 64 features", .beauty64, ["optimiser.rate=0.01"], 40),
            ("aesthetics", .aesthetics, ["optimiser.rate=0.002"], 40),
            ("memory, Isola", .isola, ["optimiser.rate=0.02", "optimiser.decay=0.93"], 60),
            ("memory, FIGRIM", .figrim, ["optimiser.rate=0.02", "optimiser.decay=0.93"], 60),
        ]
        func settings(_ own: [String], _ rounds: Int) -> [String] {
            ["model.hidden=[]", "reference.global=false", "rounds=\(scale == .full ? rounds : 6)"] + own
        }
        var cases: [Section.Case] = []
        for item in sets where scale == .full || !item.name.hasPrefix("beauty") {
            cases.append(
                .init(
                    item.name, PeopleFederation(item.set), settings: settings(item.settings, item.rounds),
                    methods + (item.set.columns <= 256 ? exact : item.name == "aesthetics" ? wide : []),
                    seeds: scale == .full ? [1, 2, 3] : [1]))
        }
        let known: [(name: String, set: PeopleSet, settings: [String], rounds: Int)] =
            scale == .full ? [sets[0], sets[3]] : [sets[3]]
        for item in known {
            for trials in scale == .full ? [0, 10, 40] : [10] {
                cases.append(
                    .init(
                        "\(item.name), new people with \(trials)",
                        PeopleFederation(item.set, newcomers: .init(share: 0.2, trials: trials)),
                        settings: settings(item.settings, item.rounds),
                        methods.filter {
                            ["fedavg", "calibrated", "ditto", "constellation", "constellation-ditto"].contains($0.name)
                        },
                        seeds: scale == .full ? [1, 2, 3] : [1]))
            }
        }
        return cases
    }
}

extension PeopleSet {
    fileprivate static let beauty = PeopleSet(
        "oasis-beauty", features: ["lite0.npy", "resmem256.npy"], label: "beauty", task: .scores, validation: 0.15,
        trials: 55_000, columns: 1536)
    fileprivate static let beauty64 = PeopleSet(
        "oasis-beauty", features: ["pca64.npy"], label: "beauty", task: .scores, validation: 0.15, trials: 55_000, columns: 64)
    fileprivate static let aesthetics = PeopleSet(
        "vessel-aesthetics", features: ["lite0.npy"], label: "rating", task: .scores, validation: 0.15, trials: 2_600,
        columns: 1280)
    fileprivate static let isola = PeopleSet(
        "isola-rsvp-memory", features: ["layers14.npy"], label: "hit", task: .remembered, validation: 0.4, trials: 3_500,
        columns: 14)
    fileprivate static let figrim = PeopleSet(
        "figrim-memory", features: ["semantic.npy"], label: "hit", task: .remembered, validation: 0.4, trials: 3_400,
        columns: 214)
}
