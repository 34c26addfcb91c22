// SPDX-License-Identifier: Apache-2.0
import EngramBytes
package import EngramLearning
package import EngramWire

/// What one agent's upload says beside its updates.
package struct AgentEvidence: Codable, Equatable, Sendable {
    /// One model's figures on the agent's own data.
    package struct SlotFigures: Codable, Equatable, Sendable {
        /// Loss over the last pass of training; nil if the slot was not trained.
        package var trainLoss: Double?
        /// On the validation rows, as received, before training.
        package var validation: Evaluation
        /// The validation loss after the answers were brought to the agent's level (`Network.calibratedLoss`), where candidates are on trial.
        package var calibratedLoss: Double?
        /// Mean over validation rows of loss(home) − loss(slot), and the rows' standard deviation.
        package var gain: Double
        package var gainDeviation: Double
        /// ‖update‖, if the slot was trained.
        package var norm: Double?
        /// Share of the training rows for which this model is the best of those offered, if that was asked.
        package var share: Double?
        /// Whether the update was within the clip before it was scaled back to it, if there is one.
        package var within: Bool?
    }

    package let agent: AgentID
    package var home: SlotID
    /// Training rows: the weight of its updates.
    package var rows: Int
    package var slots: [SlotID: SlotFigures]
    package var signature: Signature?
    /// Test figures for the report, of the models as received.
    package var rowsOfReport: ReportRows?
    /// What the grouping asked about the data.
    package var descriptor: [Float]?

    package init(
        agent: AgentID, home: SlotID, rows: Int, slots: [SlotID: SlotFigures], signature: Signature?, rowsOfReport: ReportRows?
    ) {
        self.agent = agent
        self.home = home
        self.rows = rows
        self.slots = slots
        self.signature = signature
        self.rowsOfReport = rowsOfReport
    }

    /// Slots with an update, in id order.
    package var trained: [SlotID] { slots.filter { $0.value.norm != nil }.keys.sorted() }

    package func norm(_ slot: SlotID) -> Double { slots[slot]?.norm ?? 0 }
}
