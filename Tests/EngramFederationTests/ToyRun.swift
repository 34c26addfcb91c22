// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Foundation

@testable import EngramFederation

/// A driver in memory: agents train, uploads are checked and spooled, and the coordinator may crash wherever a seeded coin says so.
struct ToyRun {
    let recipe: Recipe
    let participants: [AgentID: Participant]
    var machine: RoundMachine
    /// Every memory that an agent ever kept, by the round that it belongs to, as on its disk.
    var memories: [AgentID: [Int: AgentMemory]] = [:]
    var blobs: [Digest: [UInt8]] = [:]
    /// Uploads, with the round of their work and the one that was open when they came.
    var spool: [AgentID: (round: Int, kept: Int, bytes: [UInt8])] = [:]
    /// The state as last stored.
    var stored: Data?
    var summaries: [RoundSummary] = []
    var crashes = 0
    /// Order of arrival and crashes follow from it; nil: id order, no crash.
    var chaos: SeededGenerator?
    var crashChance = 0.0
    /// The run is left standing after this round.
    var stopsAfter = Int.max
    /// The contents of the slots as they were first sent.
    var firstModels: [SlotID: ParameterSet] = [:]
    /// What each agent sent first.
    var firstUploads: [AgentID: [UInt8]] = [:]
    private var effects: [RunEffect] = []
    private var work: [(agent: AgentID, assignment: Assignment)] = []

    init(
        _ recipe: Recipe, _ toy: ToyFederation, attack plan: AttackPlan? = nil, learner: (Shard) -> (any Learner)? = { _ in nil }
    ) {
        var recipe = recipe
        recipe.agents = toy.shards.count
        self.recipe = recipe
        machine = RoundMachine(run: RunID(checked: "toy"), recipe: recipe, entropy: 5)
        let shards = toy.shards.map { (id: $0.key, shard: $0.value) }
        participants = Dictionary(
            uniqueKeysWithValues: shards.map { id, shard in
                let attacker = plan?.attacker(id, shards: shards)
                return (
                    id, Participant(id: id, recipe: recipe, shard: shard, attacker: attacker, secret: 9, learner: learner(shard))
                )
            })
    }

    var slots: [SlotID: Digest] { Dictionary(uniqueKeysWithValues: machine.state.book.slots.map { ($0.id, $0.model) }) }

    mutating func run() throws {
        connectAll()
        while !machine.state.isOver, machine.state.round < stopsAfter {
            if try !perform() { try answer() }
        }
        _ = try perform()
    }

    private mutating func connectAll() {
        for id in participants.keys.sorted() {
            guard let participant = participants[id] else { continue }
            effects += machine.handle(.connected(id, participant.profile), at: 0)
        }
    }

    /// Performs what is queued; false if there was nothing.
    private mutating func perform() throws -> Bool {
        guard !effects.isEmpty else { return false }
        let now = effects
        effects = []
        for effect in now {
            if tossCrash() {
                try crash()
                return true
            }
            switch effect {
            case .store(let bytes): blobs[Digest(of: bytes)] = bytes
            case .commit(let commit):
                stored = try commit.state.encoded()
                if let summary = commit.summary { summaries.append(summary) }
            case .send(let agent, let assignment): work.append((agent, assignment))
            case .fold(let job): effects += machine.handle(.folded(round: job.round, try fold(job)), at: 0)
            case .ineligible, .accept, .withdraw, .wake, .note: continue
            }
        }
        return true
    }

    /// Lets one agent do its work and hands its upload in.
    private mutating func answer() throws {
        guard !work.isEmpty, let exchange = machine.exchange else { throw ToyError.stalled }
        let index = chaos?.below(work.count) ?? 0
        let (agent, assignment) = work.remove(at: index)
        guard let participant = participants[agent], let member = machine.state.member(agent) else { throw ToyError.stalled }
        let models = try Dictionary(
            uniqueKeysWithValues: assignment.offers.map {
                ($0.slot, try ParameterSet(safetensors: blobs[$0.model] ?? [], layout: exchange.layout))
            })
        firstModels.merge(models) { first, _ in first }
        let submodel = machine.submodel(for: agent)
        let outcome = try participant.perform(
            assignment, models: models.mapValues { submodel?.cut($0) ?? $0 }, memory: memories[agent]?[assignment.base])
        memories[agent, default: [:]][assignment.round] = outcome.memory
        let bytes = outcome.upload.encoded()
        if firstUploads[agent] == nil { firstUploads[agent] = bytes }
        let evidence = try UploadCheck(recipe: recipe, exchange: exchange).evidence(bytes, from: member, for: assignment)
        // What comes too late for its round is not kept.
        guard machine.assignment(for: agent)?.round == assignment.round else {
            effects += machine.handle(.uploaded(evidence, round: assignment.round), at: 0)
            return
        }
        spool[agent] = (assignment.round, machine.openRound ?? 0, bytes)
        effects += machine.handle(.uploaded(evidence, round: assignment.round), at: 0)
    }

    private mutating func tossCrash() -> Bool {
        guard crashChance > 0, var generator = chaos else { return false }
        let heads = generator.uniform() < crashChance
        chaos = generator
        return heads
    }

    /// Forgets all that is not stored, and starts again from the last commit and the spool.
    mutating func crash() throws {
        crashes += 1
        effects = []
        work = []
        guard let stored else {
            machine = RoundMachine(run: RunID(checked: "toy"), recipe: recipe, entropy: 5)
            connectAll()
            return
        }
        machine = try RoundMachine(resuming: try RunState(decoding: stored), recipe: recipe)
        effects = machine.startRound(0)
        if let round = machine.openRound, let exchange = machine.exchange {
            let check = UploadCheck(recipe: recipe, exchange: exchange)
            for agent in spool.keys.sorted().reversed() {
                guard let upload = spool[agent], upload.kept == round, let assignment = machine.assignment(for: agent),
                    let member = machine.state.member(agent), assignment.round == upload.round
                else { continue }
                let evidence = try check.evidence(upload.bytes, from: member, for: assignment)
                effects += machine.handle(.uploaded(evidence, round: assignment.round), at: 0)
            }
        }
        connectAll()
    }

    private mutating func fold(_ job: FoldJob) throws -> FoldResult {
        guard let exchange = machine.exchange else { return FoldResult() }
        var made: [Digest: [UInt8]] = [:]
        let (spooled, kept) = (spool, blobs)
        let result = try Fold(recipe: recipe, exchange: exchange)(
            job, upload: { spooled[$0]?.bytes ?? [] }, blob: { kept[$0] ?? [] },
            store: { bytes in
                made[Digest(of: bytes)] = bytes
                return Digest(of: bytes)
            })
        blobs.merge(made) { old, _ in old }
        return result
    }

    enum ToyError: Error {
        case stalled
    }
}
