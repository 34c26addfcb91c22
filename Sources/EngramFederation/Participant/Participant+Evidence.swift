// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire

/// What an agent's rows say of the models that it was offered.
extension Participant {
    /// For which share of the training rows each offered home or probe has the least loss; ties go to the first.
    func describeShares(_ assignment: Assignment, _ received: [SlotID: ParameterSet], in parcel: inout Parcel) {
        let slots = assignment.offers.filter { $0.use == .home || $0.use == .probe }.map(\.slot)
        guard
            let shares = RowShares(slots.compactMap { received[$0] }, network: network, data: shard.data, rows: shard.train)
        else { return }
        for (slot, share) in zip(slots, shares.values) { parcel.scalars["slot/\(slot)/share"] = share }
    }

    /// Every offered model's figures on the validation rows, and its gain over the home row by row.
    func describe(_ assignment: Assignment, _ received: [SlotID: ParameterSet], home: SlotID, in parcel: inout Parcel) {
        let rows = shard.validation
        func outputs(_ slot: SlotID) -> [Float] {
            rows.isEmpty ? [] : received[slot].map { network.outputs($0, shard.data, rows: rows) } ?? []
        }
        let atHome = outputs(home)
        let homeLosses = network.losses(outputs: atHome, shard.data, rows: atHome.isEmpty ? [] : rows)
        let hasTrials = assignment.offers.contains { $0.use == .candidate }
        for offer in assignment.offers where received[offer.slot] != nil {
            let answers = offer.slot == home ? atHome : outputs(offer.slot)
            let figures = network.evaluate(outputs: answers, shard.data, rows: rows)
            let losses = offer.slot == home ? homeLosses : network.losses(outputs: answers, shard.data, rows: rows)
            let gains = zip(homeLosses, losses).map { $0 - $1 }
            let mean = gains.isEmpty ? 0 : gains.reduce(0, +) / Double(gains.count)
            let squares = gains.reduce(0.0) { (sum: Double, gain: Double) in sum + (gain - mean) * (gain - mean) }
            let prefix = "slot/\(offer.slot)"
            parcel.scalars["\(prefix)/validation_rows"] = Double(figures.count)
            parcel.scalars["\(prefix)/validation_loss"] = figures.loss
            parcel.scalars["\(prefix)/validation_metric"] = figures.metric
            parcel.scalars["\(prefix)/gain"] = mean
            parcel.scalars["\(prefix)/gain_deviation"] =
                gains.count > 1 ? (squares / Double(gains.count - 1)).squareRoot() : 0
            if hasTrials, offer.use == .home || offer.use == .candidate {
                parcel.scalars["\(prefix)/calibrated_loss"] = network.calibratedLoss(
                    outputs: answers, shard.data, rows: rows, levels: majority.levels)
            }
        }
    }
}
