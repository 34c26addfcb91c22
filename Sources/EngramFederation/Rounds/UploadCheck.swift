// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
package import EngramWire

/// Checks an upload before it counts: readable, asked for, right shapes, finite, within the recipe's bounds.
package struct UploadCheck: Sendable {
    private let recipe: Recipe
    private let updateCount: Int
    private let limits: WireLimits

    package init(recipe: Recipe, shared: ParameterLayout, limits: WireLimits = WireLimits()) {
        self.recipe = recipe
        updateCount = shared.count
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
        for tensor in parcel.tensors {
            let asked = tensor.name == "signature" || trained.contains { tensor.name == "update/\($0)" }
            guard asked, assignment.trains else { throw .unasked(tensor.name) }
        }
        for slot in evidence.slots.keys where !trained.contains(slot) { evidence.slots[slot]?.norm = nil }
        for slot in trained {
            let update = try unpack(parcel, "update/\(slot)", expecting: updateCount)
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
        return evidence
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
