// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire

@testable import EngramFederation

/// A round machine without training: uploads are made up, folds are answered at once or held back, effects are kept as lines of text.
struct MachineScript {
    var machine: RoundMachine
    var lines: [String] = []
    var held: [FoldJob] = []
    var commits: [RunEffect.Commit] = []
    var holdsFolds = false

    init(_ recipe: Recipe) { machine = RoundMachine(run: RunID(checked: "script"), recipe: recipe, entropy: 5) }

    mutating func handle(_ event: RunEvent, at now: Double = 0) { perform(machine.handle(event, at: now), now) }

    mutating func connect(_ agent: Int, at now: Double = 0, profile: AgentProfile = ToyFederation.profile) {
        handle(.connected(.toy(agent), profile), at: now)
    }

    /// An upload for the round under way.
    mutating func upload(_ agent: Int, round: Int? = nil, at now: Double = 0) {
        let number = round ?? machine.openRound ?? 0
        handle(.uploaded(Self.evidence(agent, machine.assignment(for: .toy(agent))), round: number), at: now)
    }

    mutating func release(at now: Double = 0) {
        let jobs = held
        held = []
        for job in jobs { perform(machine.handle(.folded(round: job.round, Self.folded(job)), at: now), now) }
    }

    /// What has been noted since the last call.
    mutating func take() -> [String] {
        defer { lines = [] }
        return lines
    }

    private mutating func perform(_ effects: [RunEffect], _ now: Double) {
        for effect in effects {
            lines.append(Self.line(effect))
            if case .commit(let commit) = effect { commits.append(commit) }
            guard case .fold(let job) = effect else { continue }
            held.append(job)
            if !holdsFolds { release(at: now) }
        }
    }

    static func folded(_ job: FoldJob) -> FoldResult {
        var out = FoldResult()
        for part in job.parts where !part.contributors.isEmpty {
            let text = "\(part.slot) \(part.model) " + part.contributors.map(\.rawValue).joined(separator: ",")
            out.slots[part.slot] = FoldedSlot(model: Digest(of: Array(text.utf8)), memory: nil, norm: 0.5)
        }
        return out
    }

    static func evidence(_ agent: Int, _ assignment: Assignment?) -> AgentEvidence {
        var slots: [SlotID: AgentEvidence.SlotFigures] = [:]
        for offer in assignment?.offers ?? [] {
            slots[offer.slot] = AgentEvidence.SlotFigures(
                trainLoss: 1, validation: Evaluation(count: 30, loss: 1, metric: 0.5), gain: 0, gainDeviation: 0.1,
                norm: offer.use == .probe ? nil : 1)
        }
        var generator = SeededGenerator(seed: 3, "script", String(agent))
        return AgentEvidence(
            agent: .toy(agent), home: assignment?.offers.first { $0.use == .home }?.slot ?? .cluster(1), rows: 24, slots: slots,
            signature: Signature((0..<64).map { _ in Float(generator.normal()) }),
            rowsOfReport: ReportRows(test: [.cluster: Evaluation(count: 12, loss: 1, metric: 0.5)], chosen: .cluster))
    }

    static func line(_ effect: RunEffect) -> String {
        switch effect {
        case .store: "store"
        case .commit(let commit): "commit \(commit.state.round)"
        case .send(let agent, let assignment): "send \(agent) \(assignment.round) base \(assignment.base)"
        case .accept(let agent, let round): "accept \(agent) \(round)"
        case .withdraw(let agent, let round, _): "withdraw \(agent) \(round)"
        case .fold(let job): "fold \(job.round): " + (job.parts.first?.contributors.map(\.rawValue).joined(separator: " ") ?? "")
        case .wake(let time): "wake \(Int(time))"
        case .ineligible(let agent, _): "ineligible \(agent)"
        case .note: "note"
        }
    }
}
