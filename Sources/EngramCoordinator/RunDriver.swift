// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramLearning
import EngramStore
import EngramTensors
import EngramWire
import Foundation

/// A run that is under way: its machine, and what the coordinator needs around it.
final class RunDriver {
    let id: RunID
    let recipe: Recipe
    let created: Double
    /// The recipe's text as a blob, fetched by agents beside their models.
    let recipeBlob: Digest
    let recipeBytes: [UInt8]
    var machine: RoundMachine
    var wakeAt = Double.infinity
    /// After a failed write the run is taken up again from its stored state at this time.
    var resumeAt: Double?
    /// Why it waits for that, for operators.
    var trouble: String?
    /// Streams on which agents wait for the verdict on an upload.
    var pending: [AgentID: (session: CoordinatorSession, offer: Message.Offer)] = [:]
    /// Parts of models that narrow agents hold, by model and size.
    var parts: [Digest: [Int: Digest]] = [:]
    var summaries: [EngramFederation.RoundSummary] = []
    var roundStart: ContinuousClock.Instant = .now
    /// For those who look on.
    var notes: RunNotes
    /// Socket bytes of all agents at the last commit.
    var counted = (in: 0, out: 0)
    var watchers: [(session: CoordinatorSession, stream: UInt32)] = []

    init(id: RunID, recipe: Recipe, text: String, created: Double, machine: RoundMachine, limits: SnapshotLimits) {
        self.id = id
        // The first model's values are for the machine alone, which drops them when the run has begun.
        var named = recipe
        named.external = recipe.external?.detached
        self.recipe = named
        self.created = created
        recipeBytes = Array(text.utf8)
        recipeBlob = Digest(of: recipeBytes)
        self.machine = machine
        notes = RunNotes(limits: limits)
    }

    var state: EngramFederation.RunState { machine.state }

    /// Bytes that no honest upload for this assignment exceeds in any codec (a sparse value takes 9): nobody reserves more of the spool.
    func mostUploadBytes(for assignment: Assignment) -> Int {
        let tensor = 12 * (machine.exchange?.uploadCount ?? 0) + 1024
        return (256 << 10) + assignment.offers.count * tensor + 8 * recipe.signatureSize
    }

    var line: Admin.RunLine {
        let suspension = resumeAt == nil ? nil : trouble.map { "suspended, will be taken up again: \($0)" }
        return Admin.RunLine(
            run: id, name: recipe.name, state: state.phase.stored.rawValue, round: min(state.round, recipe.rounds),
            rounds: recipe.rounds,
            agents: state.members.count, clusters: state.book.clusters.count { !$0.members.isEmpty }, created: created,
            failure: state.phase.reason ?? suspension)
    }
}

extension EngramFederation.RunState.Phase {
    /// The same in the store's words.
    var stored: EngramStore.RunState {
        switch self {
        case .gathering: .waiting
        case .training: .running
        case .finished: .finished
        case .cancelled: .cancelled
        case .failed: .failed
        }
    }
}
