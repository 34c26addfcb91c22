// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
package import EngramWire

/// Checks an upload before it counts: readable, asked for, right shapes, finite, within the recipe's bounds.
package struct UploadCheck: Sendable {
    private let recipe: Recipe
    private let exchange: Exchange
    private let limits: WireLimits

    package init(recipe: Recipe, exchange: Exchange, limits: WireLimits = WireLimits()) {
        self.recipe = recipe
        self.exchange = exchange
        self.limits = limits
    }

    package func evidence(
        _ bytes: [UInt8], from member: Member, for assignment: Assignment
    ) throws(UpdateError) -> AgentEvidence {
        let parcel: Parcel
        do {
            parcel = try Parcel(decoding: bytes, limits: limits)
        } catch {
            throw .unreadable(error.description)
        }
        var evidence = try AgentEvidence(parcel, from: member.id, for: assignment, member: member, recipe: recipe)
        let trained =
            assignment.trains
            ? assignment.offers.filter { offer in
                offer.slot == evidence.home || offer.use == .candidate || offer.use == .reference
            }.map(\.slot) : []
        let count = updateCount(member)
        let wanted = tensors(for: trained, assignment, updates: count)
        let tallied = recipe.tallies(assignment) && member.profile.task == .remembered ? Row.allCases : []
        for tensor in parcel.tensors
        where wanted[tensor.name] == nil && !tallied.contains(where: { ReportRows.chances($0) == tensor.name }) {
            throw .unasked(tensor.name)
        }
        for slot in evidence.slots.keys where !trained.contains(slot) { evidence.slots[slot]?.norm = nil }
        for slot in trained {
            for statistic in exchange.statistics {
                let values = try unpack(parcel, statistic.upload(slot), expecting: statistic.count)
                do {
                    try statistic.check?(values)
                } catch {
                    throw .unreadable("\(statistic.upload(slot)): \(error)")
                }
            }
            guard recipe.training.sendsUpdates else {
                let claimed = abs(evidence.norm(slot))
                evidence.slots[slot]?.norm = claimed
                continue
            }
            let update = try unpack(parcel, "update/\(slot)", expecting: count)
            // The claimed norm is of the update before coding; what counts is what would be summed.
            let norm = Kernels.norm(update)
            if recipe.maximumNorm > 0, norm > recipe.maximumNorm {
                throw .normTooLarge(slot: slot, norm: norm, limit: recipe.maximumNorm)
            }
            evidence.slots[slot]?.norm = norm
        }
        if assignment.trains {
            let signature = try unpack(parcel, "signature", expecting: recipe.signatureSize)
            let norm = Kernels.norm(signature)
            guard norm <= Signature.maximumNorm else {
                throw .unreadable("signature: its norm is \(norm), that of a normalised update's projection is near 1")
            }
            evidence.signature = Signature(signature)
        }
        if assignment.describes, let count = recipe.grouping.descriptorCount(exchange.network) {
            evidence.descriptor = try unpack(parcel, "descriptor", expecting: count)
        }
        try read(tallied, of: parcel, into: &evidence)
        return evidence
    }

    /// An agent without test rows sends none.
    private func read(_ tallied: [Row], of parcel: Parcel, into evidence: inout AgentEvidence) throws(UpdateError) {
        var chances: [Row: ChanceTally] = [:]
        for row in tallied {
            let name = ReportRows.chances(row)
            guard parcel.tensor(name) != nil, let rows = evidence.rowsOfReport?.test[row]?.count else { continue }
            let counts = try unpack(parcel, name, expecting: 2 * ChanceTally.bins)
            guard let tally = ChanceTally(counts: counts, rows: rows) else {
                throw .unreadable("\(name): these are no counts of \(rows) rows")
            }
            chances[row] = tally
        }
        if !chances.isEmpty { evidence.rowsOfReport?.chances = chances }
    }

    /// The tensors that were asked for, and their sizes.
    private func tensors(for trained: [SlotID], _ assignment: Assignment, updates: Int) -> [String: Int] {
        var wanted: [String: Int] = [:]
        if assignment.trains { wanted["signature"] = recipe.signatureSize }
        if assignment.describes { wanted["descriptor"] = recipe.grouping.descriptorCount(exchange.network) }
        for slot in trained {
            if recipe.training.sendsUpdates { wanted["update/\(slot)"] = updates }
            for statistic in exchange.statistics { wanted[statistic.upload(slot)] = statistic.count }
        }
        return wanted
    }

    /// For agents that hold a part of the model, numbers in its update.
    private func updateCount(_ member: Member) -> Int {
        recipe.submodel(for: member.profile, of: exchange)?.part.count ?? exchange.shared.count
    }

    private func unpack(_ parcel: Parcel, _ name: String, expecting count: Int) throws(UpdateError) -> [Float] {
        guard let tensor = parcel.tensor(name) else { throw .missing(name) }
        guard tensor.count == count else { throw .wrongShape(tensor: name, expected: count, found: tensor.count) }
        do {
            return try tensor.unpacked(expecting: count)
        } catch {
            throw .unreadable("\(name): \(error.description)")
        }
    }
}
