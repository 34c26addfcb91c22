// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import EngramSockets
import EngramStore
package import EngramWire

/// A coordinator as it is handed out to be looked at: copied values.
package struct CoordinatorView: Sendable {
    package let revision: Int
    package let time: Double
    package let started: Double
    package let enrolledAgents: Int
    package let connectedAgents: Set<AgentID>
    package let connectedOperators: Int
    package let connections: Int
    package let bytesUp: Int
    package let bytesDown: Int
    /// The newest, in the order of their start, and how many there are.
    package let runs: [RunView]
    package let runCount: Int
}

extension Coordinator {
    /// Everything that a snapshot is made of. Copies references and counts; what takes long is left to whoever asks.
    package func view() -> CoordinatorView {
        let traffic = traffic
        return CoordinatorView(
            revision: changes.revision, time: Self.now, started: started, enrolledAgents: countEnrolled(),
            connectedAgents: Set(agents.keys), connectedOperators: sessions.values.count { $0.isOperator && $0.isAdmitted },
            connections: sessions.count, bytesUp: traffic.in, bytesDown: traffic.out,
            runs: order.suffix(shown.runs).compactMap { runs[$0].map { view($0) } }, runCount: order.count)
    }

    /// One run; nil if there is none of that name.
    package func view(of run: RunID) -> RunView? { runs[run].map { view($0) } }

    func view(_ driver: RunDriver) -> RunView {
        RunView(
            machine: driver.machine, created: driver.created, summaries: driver.summaries,
            roundStarted: Self.now - driver.roundStart.duration(to: .now).seconds,
            trouble: driver.resumeAt == nil ? nil : driver.trouble, notes: driver.notes)
    }

    /// Answers, to show that it can.
    package func answer() {}

    func refusal(of agent: AgentID, in driver: RunDriver, _ reason: String) -> StatusSnapshot.Refusal {
        StatusSnapshot.Refusal(time: Self.now, agent: agent, round: driver.machine.openRound, reason: reason)
    }

    /// A state that cannot be read is told by the readiness check, not here.
    private func countEnrolled() -> Int {
        let now = Self.now
        if let enrolledAgents, now < enrolledAgents.until { return enrolledAgents.count }
        guard let all = try? store.identities() else { return 0 }
        let living = all.filter { $0.role == .agent && $0.status == .active && $0.expires > now }
        enrolledAgents = (living.count, living.map(\.expires).min() ?? .infinity)
        return living.count
    }
}
