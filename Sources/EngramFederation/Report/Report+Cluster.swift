// SPDX-License-Identifier: Apache-2.0
package import EngramWire

extension Report {
    /// One cluster after a round.
    package struct Cluster: Codable, Equatable, Sendable {
        package var id: SlotID
        package var members: Int
        /// Rounds that have moved its model, or the one it was copied from.
        package var version: Int
        /// Of the model that the round made, over the agents that got it for their home, weighted by test rows; nil where nobody told.
        package var metric: Double?

        init(_ line: RoundSummary.ClusterLine, evaluated metric: Double?) {
            id = line.id
            members = line.members
            version = line.version
            self.metric = metric
        }

        /// A metric that is not known is written as null.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(members, forKey: .members)
            try container.encode(version, forKey: .version)
            try container.encode(metric, forKey: .metric)
        }
    }
}
