// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramTensors
package import EngramWire

/// People's responses to images, an agent a person.
package struct PeopleFederation: FederationBuilder {
    /// People who come with next to nothing: so many of their training trials are kept (0: none).
    package struct Newcomers: Sendable {
        /// Share of the people; who they are follows from the seed, the same for every number of trials.
        package let share: Double
        package let trials: Int

        package init(share: Double, trials: Int) {
            self.share = share
            self.trials = trials
        }
    }

    package static let newcomerPrefix = "new-"

    /// Who it is, new or not: seeds make different people new.
    package static func person(_ id: AgentID) -> AgentID {
        guard id.rawValue.hasPrefix(newcomerPrefix) else { return id }
        return AgentID(String(id.rawValue.dropFirst(newcomerPrefix.count))) ?? id
    }

    package let set: PeopleSet
    package let newcomers: Newcomers?

    package init(_ set: PeopleSet, newcomers: Newcomers? = nil) {
        self.set = set
        self.newcomers = newcomers
    }

    package var needs: [EvidenceData.Need] { [.people(set.folder, features: set.features)] }
    package var size: Double { Double(set.trials * set.columns) }

    package func agents(seed: Int, data: EvidenceData) throws -> [(id: AgentID, shard: Shard)] {
        let files = needs.first.flatMap(data.files) ?? []
        guard let images = files.first else { throw OperatorError.failed("\(set.folder): no data folder was named") }
        var source = ObserverImport(
            folder: String(images.dropLast("/images.csv".count)), features: set.features, label: set.label, task: set.task)
        source.validation = set.validation
        source.validationUnit = .images
        source.standardised = true
        source.seed = seed
        let agents = try source().agents
        guard let newcomers else { return agents }
        var generator = SeededGenerator(seed: UInt64(max(0, seed)), "newcomers")
        let chosen = Set(generator.permutation(agents.count).prefix(Int((Double(agents.count) * newcomers.share).rounded())))
        return try agents.enumerated().map { index, agent -> (id: AgentID, shard: Shard) in
            guard chosen.contains(index), let id = AgentID(Self.newcomerPrefix + agent.id.rawValue) else { return agent }
            return (id, try trimmed(agent.shard, to: newcomers.trials, seed: seed))
        }.sorted { $0.id < $1.id }
    }

    /// Keeps the first so many trials of a seeded order: who has 40 has the 10 too.
    private func trimmed(_ shard: Shard, to trials: Int, seed: Int) throws -> Shard {
        var rows = (shard.train + shard.validation).sorted()
        var generator = SeededGenerator(seed: UInt64(max(0, seed)), "trials", shard.observer)
        generator.shuffle(&rows)
        let kept = Set(rows.prefix(trials))
        return try shard.keeping(train: shard.train.filter(kept.contains), validation: shard.validation.filter(kept.contains))
    }
}

/// A folder of people's responses, and how it is read.
package struct PeopleSet: Sendable {
    package let folder: String
    package let features: [String]
    package let label: String
    package let task: Task
    package let validation: Double
    /// About how many training responses there are, and features of an image.
    package let trials: Int
    package let columns: Int

    package init(
        _ folder: String, features: [String], label: String, task: Task, validation: Double, trials: Int, columns: Int
    ) {
        self.folder = folder
        self.features = features
        self.label = label
        self.task = task
        self.validation = validation
        self.trials = trials
        self.columns = columns
    }
}
