// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire

extension Participant {
    /// What leaves the agent in place of `values`; nil: just those. Asked again for the same, it draws the same: a second draw would cost
    /// as much as the first.
    func disguised(
        _ values: [Float], as kind: Disclosure, _ assignment: Assignment, _ offer: Assignment.Offer? = nil, name: String = ""
    ) throws(ParticipantError) -> [Float]? {
        let privacy = recipe.privacy
        var labels = [
            "disguise", id.rawValue, String(assignment.round), kind.rawValue, name, offer?.slot.rawValue ?? "",
            offer.map { "\($0.model)" } ?? "",
        ]
        var seed: UInt64 = 0
        if privacy.noiseSeed > 0 {
            seed = UInt64(privacy.noiseSeed)
        } else if privacy.agentsDraw {
            guard let secret else { throw .noSecret }
            seed = secret
            // The secret outlives a run, and no two runs may get the same noise.
            labels.append(assignment.run.rawValue)
        }
        var generator = SeededGenerator(seed: seed, labels: labels)
        return privacy.disguised(values, as: kind, clip: offer?.clip, using: &generator)
    }
}
