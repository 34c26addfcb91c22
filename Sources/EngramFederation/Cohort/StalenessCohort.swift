// SPDX-License-Identifier: Apache-2.0
import EngramLearning
package import EngramTensors
import Foundation

/// Under a budget of messages, those agents are polled of whom the coordinator's picture has aged most for its price.
///
/// After the synchronisation of digital twins (Han et al. 2022): what is known of agent i decays as V(t) = V₀ exp(−θ_i Δt), Δt being the rounds since
/// its last counted upload and θ_i = `theta` times its declared churn. The paper finds sync intensities by a differential
/// game; here the m members with the greatest (1 − V) · loss / joules are polled, which is the greedy rule under the same budget. The
/// loss is that of the agent's last upload; who never sent one comes first.
package struct StalenessCohort: Cohort {
    package static let name = "staleness"
    package static let summary = "a few agents a round, those of whom least is known any more (after Han et al. 2022)"

    package var messages = 8
    package var theta = 0.3
    package var initial = 1.0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("messages", &messages, 1...1_000_000, "agents that are polled in a round")
        try options.number("theta", &theta, 0...100, "decay of what is known of an agent, per round")
        try options.number("initial", &initial, 0...1, "how much is known of an agent right after its upload")
    }

    package func select(from eligible: [Member], _ outlook: RoundOutlook, using generator: inout SeededGenerator) -> Selection {
        // Drawn first, so that equals take turns by chance and not by name.
        let drawn = generator.permutation(eligible.count).map { eligible[$0] }
        let ranked = drawn.enumerated().map { place, member in
            (id: member.id, place: place, urgency: urgency(of: member, outlook))
        }.sorted { ($1.urgency, $0.place) < ($0.urgency, $1.place) }
        return Selection(ranked.prefix(messages).map(\.id))
    }

    private func urgency(of member: Member, _ outlook: RoundOutlook) -> Double {
        guard member.lastCounted > 0, let loss = member.lastLoss else { return .infinity }
        let age = Double(max(0, outlook.round - member.lastCounted))
        let known = initial * exp(-theta * member.profile.device.churn * age)
        return (1 - known) * max(0, loss) / max(outlook.workload.price(for: member).joules, .leastNormalMagnitude)
    }
}
