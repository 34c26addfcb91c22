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
        @OrNull package var metric: Double?

        init(_ line: RoundSummary.ClusterLine, evaluated metric: Double?) {
            id = line.id
            members = line.members
            version = line.version
            self.metric = metric
        }
    }
}
