// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire
package import Foundation

/// What a run came to: the same document from `simulate`, `local` and a deployed run (docs/report.md). Fields that may have no value are written as
/// null, not left out: scripts may index every key that the format names.
package struct Report: Codable, Sendable {
    package static let schemaName = "engram.report/1"

    package var schema = Report.schemaName
    package var recipe: JSONValue
    package var seed: Int
    package var engine: Engine
    package var rounds: [Round]
    package var agents: [Agent]
    package var summary: Summary
    package var lineage: [LineageEvent]
    package var cost: Cost
    package var models: [Model]
    /// Nil for a run without hostile agents, and for a coordinator, which cannot know.
    @OrNull package var attack: Attack? = nil
    /// Nil for a recipe without privacy.
    @OrNull package var privacy: Privacy? = nil

    package enum Engine: String, Codable, Sendable {
        case simulate, local, coordinator
    }

    package struct Round: Codable, Sendable {
        package var round: Int
        package var participants: Int
        package var lost: Int
        package var seconds: Double
        package var bytesUp: Int
        package var bytesDown: Int
        package var loss: Double
        /// Of the models that the round made, over all agents' test rows; missing where nothing was evaluated.
        package var metric: [Row: Double]
        package var clusters: [Cluster]
        /// By what the agents declare: how long it lasted, and what it took.
        @OrNull package var declaredSeconds: Double?
        @OrNull package var energyJoules: Double?
        /// Folds that an update was old, in the mean.
        @OrNull package var staleness: Double?
    }

    package struct Agent: Codable, Sendable {
        package var id: AgentID
        @OrNull package var cluster: SlotID?
        @OrNull package var truth: String?
        package var train: Int
        package var validation: Int
        package var test: Int
        package var metric: [Row: Double]
        /// Mean over test rows of what training minimises: cross-entropy, logistic loss (how good the chances are), or half the squared
        /// error. Nil in reports of older programs.
        @OrNull package var loss: [Row: Double]?
        /// The metric on test rows whose item other agents trained on, and on those that nobody did; empty when shards do not say.
        package var warm: [Row: Double]
        package var cold: [Row: Double]
        @OrNull package var chosen: Row?
    }

    package struct Summary: Codable, Sendable {
        package var metricName: String
        package var weighted: [Row: Double]
        package var mean: [Row: Double]
        package var worstTenth: [Row: Double]
        package var meanWarm: [Row: Double]
        package var meanCold: [Row: Double]
        package var bestRoundWeighted: [Row: Double]
        @OrNull package var shareWorseThanLocal: Double?
        package var clusterCount: Int
        @OrNull package var adjustedRandIndex: Double?
        /// Nil but for whether something is remembered, and in reports of older programs.
        @OrNull package var pooled: [Row: Pooled]?
    }

    /// All agents' test rows together, as if one person had answered them all: here levels count between agents.
    package struct Pooled: Codable, Equatable, Sendable {
        package var rows: Int
        package var auc: Double
        /// Mean logistic loss.
        package var logLoss: Double
        /// Mean distance of chances from shares of hits, in twenty groups of chances.
        package var calibrationError: Double
    }

    package struct Cost: Codable, Sendable {
        package var wallSeconds = 0.0
        package var bytesUp = 0
        package var bytesDown = 0
        package var coordinatorPeakRssBytes = 0
        package var agentPeakRssBytes = 0
        package var modelParameters = 0
        /// By what the agents declare, over all rounds.
        @OrNull package var declaredSeconds: Double? = nil
        @OrNull package var energyJoules: Double? = nil

        package init() {}
    }

    package struct Model: Codable, Equatable, Sendable {
        package var cluster: SlotID
        package var version: Int
        package var sha256: Digest
    }

    /// Keys in snake case and in order; numbers as they are.
    package func json(pretty: Bool = true) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return try encoder.encode(self)
    }

    package init(json data: Data) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Report.self, from: data)
    }

    init(
        recipe: JSONValue, seed: Int, engine: Engine, rounds: [Round], agents: [Agent], summary: Summary,
        lineage: [LineageEvent], cost: Cost, models: [Model]
    ) {
        self.recipe = recipe
        self.seed = seed
        self.engine = engine
        self.rounds = rounds
        self.agents = agents
        self.summary = summary
        self.lineage = lineage
        self.cost = cost
        self.models = models
    }
}
