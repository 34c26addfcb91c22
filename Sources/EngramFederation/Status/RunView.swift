// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// A run as its driver hands it out to be looked at: copied values, nothing computed.
package struct RunView: Sendable {
    package let machine: RoundMachine
    package let created: Double
    package let summaries: [RoundSummary]
    /// When the round under way began, by the driver's clock.
    package let roundStarted: Double
    /// Why the run waits to be taken up again, if it does.
    package let trouble: String?
    package let notes: RunNotes

    package init(
        machine: RoundMachine, created: Double, summaries: [RoundSummary], roundStarted: Double, trouble: String?,
        notes: RunNotes
    ) {
        self.machine = machine
        self.created = created
        self.summaries = summaries
        self.roundStarted = roundStarted
        self.trouble = trouble
        self.notes = notes
    }

    package var run: RunID { machine.state.run }
}

/// What a driver notes about a run for those who look on; nothing is decided by it, and a restart forgets it.
package struct RunNotes: Sendable {
    /// Where each agent has pulled models to so far: its signatures, each as long as the update that it stands for, summed. Large updates of
    /// early rounds say how agents differ; late ones, within a cluster that fits, are mostly noise (decisions/014).
    package private(set) var signatures: [AgentID: Signature] = [:]
    /// The newest are last.
    package private(set) var refusals: [StatusSnapshot.Refusal] = []
    package private(set) var uploadsAccepted = 0
    package private(set) var uploadsRefused = 0
    private let limits: SnapshotLimits

    package init(limits: SnapshotLimits) { self.limits = limits }

    /// An upload that passed the checks.
    package mutating func accept(_ evidence: AgentEvidence) {
        uploadsAccepted += 1
        guard let fresh = evidence.signature else { return }
        let length = Float(evidence.norm(evidence.home))
        signatures[evidence.agent, default: Signature([])].absorb(Signature(fresh.values.map { $0 * length }), memory: 1)
    }

    /// An upload that had passed before the run was taken up again.
    package mutating func recall(_ evidence: AgentEvidence) { if signatures[evidence.agent] == nil { accept(evidence) } }

    /// An upload that was not taken.
    package mutating func refuse(_ refusal: StatusSnapshot.Refusal) {
        uploadsRefused += 1
        turnAway(refusal)
    }

    /// An agent that cannot take part; told once, however often it comes.
    package mutating func turnAway(_ refusal: StatusSnapshot.Refusal) {
        refusals.removeAll { $0.agent == refusal.agent && $0.reason == refusal.reason }
        refusals.append(refusal)
        if refusals.count > limits.refusals { refusals.removeFirst(refusals.count - limits.refusals) }
    }
}
