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

    func validationLosses(_ model: ParameterSet?) -> [Double] {
        model.map { network.losses($0, shard.data, rows: shard.validation) } ?? []
    }

    /// A slot's figures on the validation rows, and its gain over the home row by row.
    func describe(
        _ slot: SlotID, _ model: ParameterSet, losses: [Double], against home: [Double], in parcel: inout Parcel
    ) {
        let figures = network.evaluate(model, shard.data, rows: shard.validation)
        let gains = zip(home, losses).map { $0 - $1 }
        let mean = gains.isEmpty ? 0 : gains.reduce(0, +) / Double(gains.count)
        let squares = gains.reduce(0.0) { (sum: Double, gain: Double) in sum + (gain - mean) * (gain - mean) }
        let prefix = "slot/\(slot)"
        parcel.scalars["\(prefix)/validation_rows"] = Double(figures.count)
        parcel.scalars["\(prefix)/validation_loss"] = figures.loss
        parcel.scalars["\(prefix)/validation_metric"] = figures.metric
        parcel.scalars["\(prefix)/gain"] = mean
        parcel.scalars["\(prefix)/gain_deviation"] = gains.count > 1 ? (squares / Double(gains.count - 1)).squareRoot() : 0
    }
}
