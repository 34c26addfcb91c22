// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramLearning
import EngramWire
import Foundation

/// `engram data partition`.
package struct DataPartitionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "partition",
        abstract: "Divide one data set among agents, with or without planted groups.",
        discussion: """
            identical     equal shares of shuffled rows
            dirichlet     PFLlib's practical partition: sizes and class mixes differ (--alpha)
            hsu           Hsu, Qi & Brown 2019: equal sizes, class mixes from a Dirichlet (--alpha); not PFLlib's alpha
            pathological  only a few classes an agent (--classes-per-agent)
            rotated       equal shares, agent i turned by i mod 4 quarters (--groups 2: by 0 or 180 degrees)
            permuted      equal shares, groups of agents with other names for the classes (--groups, --permuting)
            reused        IFCA's Rotated MNIST: each of four rotations re-uses all rows but the last --held-out, which are for test
            published     who has which rows is read from an .npz (--split): train_00, test_00, train_01, …

            --plant adds rotations or permutations to any of them. But for reused, rows never go to two agents.

            --drift-round R plants drift: from round R on, --drift-share of the agents see their rows as the next planted group does, and
            its name is their group. --join-round R lets --join-share of the agents take part from round R on only.

            Example: engram data partition --data D.safetensors --kind hsu --alpha 0.5 --plant rotated --agents 24 --output F
            """)

    @Option(help: "A data set file (engram data import); or give --images and --labels.") package var data: String?
    @OptionGroup package var files: IdxOptions
    @Option(help: "Who gets which rows.") package var kind: PartitionPlan.Kind
    @Option(help: "Groups planted on top.") package var plant = PartitionPlan.Plant.nothing
    @Option(help: "How many agents.") package var agents = 24
    @Option(help: "Training rows per agent; without --train, --validation and --test all rows are used, 15 % of them for test.")
    package
        var train: Int?
    @Option(help: "Validation rows per agent.") package var validation: Int?
    @Option(help: "Test rows per agent.") package var test: Int?
    @Option(help: "Without counts: the share of an agent's rows (published: of its training rows) that is for validation.")
    package var validationShare = 0.15
    @Option(help: "For reused: so many rows at the end are the test set.") package var heldOut = 0
    @Option(help: "For published: the .npz with the lists of row numbers.") package var split: String?
    @Option(help: "The Dirichlet's concentration: smaller is more skewed.") package var alpha = 0.5
    @Option(help: "For pathological.") package var classesPerAgent = 2
    @Option(help: "How many groups to plant; of rotations 2 or 4.") package var groups = 4
    @Option(help: "For permuted: only the last so many agents permute.") package var permuting: Int?
    @Option(help: "From this round on some agents belong to another planted group.") package var driftRound: Int?
    @Option(help: "The share of the agents that drifts.") package var driftShare = 0.25
    @Option(help: "Some agents take part from this round on only.") package var joinRound: Int?
    @Option(help: "The share of the agents that joins later.") package var joinShare = 0.25
    @Option(help: "Everything random follows from it.") package var seed = 1
    @OptionGroup package var output: FolderOutputOptions

    package init() {}

    package func validate() throws {
        if (data == nil) == files.images.isEmpty { throw ValidationError("Give either --data or --images and --labels.") }
        let given = [train, validation, test].compactMap { $0 }
        if given.count != 0 && given.count != 3 {
            throw ValidationError("Give --train, --validation and --test together, or none.")
        }
        if (kind == .published) != (split != nil) { throw ValidationError("--kind published and --split belong together.") }
        if (kind == .reused) != (heldOut > 0) { throw ValidationError("--kind reused and --held-out belong together.") }
    }

    package func run() async throws {
        var plan = PartitionPlan()
        plan.kind = kind
        plan.plant = plant
        plan.agents = agents
        plan.alpha = alpha
        plan.classesPerAgent = classesPerAgent
        plan.groups = groups
        plan.permuting = permuting
        plan.driftRound = driftRound
        plan.driftShare = driftShare
        plan.joinRound = joinRound
        plan.joinShare = joinShare
        plan.seed = seed
        plan.heldOut = heldOut
        plan.split = try split.map { path throws(OperatorError) in try PublishedSplit(reading: path) }
        plan.sizes = .fractions(validation: validationShare, test: 0.15)
        if let train, let validation, let test { plan.sizes = .counts(train: train, validation: validation, test: test) }
        var name = "idx"
        let shards: [(id: AgentID, shard: Shard)]
        if let data {
            let bytes = try InputFile.read(data)
            name = URL(fileURLWithPath: data).deletingPathExtension().lastPathComponent
            let whole = try InputFile.naming(data) { try Shard(safetensors: bytes, name: name) }
            shards = try plan(whole.data, task: whole.task, classes: whole.classes)
        } else {
            let set = try files.dataset()
            shards = try plan(set, task: .classes, classes: max(2, (set.classes.max().map { Int($0) } ?? 0) + 1))
        }
        var planted = plant == .nothing ? "" : " --plant \(plant.rawValue)"
        if groups != 4 { planted += " --groups \(groups)" }
        if let driftRound { planted += " --drift-round \(driftRound) --drift-share \(driftShare)" }
        if let joinRound { planted += " --join-round \(joinRound) --join-share \(joinShare)" }
        try output.deliver(
            shards, fallbackName: "\(name)-\(kind.rawValue)", command: "data partition --kind \(kind.rawValue)\(planted)",
            seed: seed)
    }
}
