// SPDX-License-Identifier: Apache-2.0
import Dispatch
package import EngramBytes
package import EngramFederation
package import EngramLearning
import EngramLocks
import EngramSockets
import EngramTensors
package import EngramWire
import Foundation

/// A run without sockets or processes: the same machine, participants and folds as a deployed one, agents being values.
///
/// With the same recipe, data and seed it gives the same models, byte for byte, as `engram local`.
package struct Simulation {
    private let recipe: Recipe
    private var machine: RoundMachine
    private let participants: [AgentID: Participant]
    private let attack: AttackPlan?
    /// Versions of each agent's memory, by round, as on an agent's disk.
    private var memories: [AgentID: [Int: AgentMemory]] = [:]
    /// What agents have done and not handed in yet, in the order in which it will arrive.
    private var finished: [(agent: AgentID, assignment: Assignment, upload: [UInt8])] = []
    private var blobs: [Digest: [UInt8]] = [:]
    private var models: [Digest: ParameterSet] = [:]
    private var uploads: [AgentID: [UInt8]] = [:]
    private var held: [AgentID: Set<Digest>] = [:]
    private var summaries: [RoundSummary] = []
    private var bytes = (up: 0, down: 0)
    private var roundStart = ContinuousClock.now
    private let limits = WireLimits()
    /// Why this data cannot be trained on with this recipe; told by `run`.
    private let unfit: SimulationError?
    /// Agents that train at the same time.
    private let width: Int

    package init(
        recipe: Recipe, agents: [(id: AgentID, shard: Shard)], attack: AttackPlan? = nil,
        width: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        var recipe = recipe
        // Everyone is here from the start; nobody is late.
        recipe.agents = agents.count
        self.recipe = recipe
        self.width = max(1, width)
        self.attack = attack
        machine = RoundMachine(
            run: RunID(checked: "simulation"), recipe: recipe, entropy: .random(in: .min ... .max))
        unfit =
            agents.lazy.compactMap { agent in
                recipe.problem(with: AgentProfile(agent.shard)).map { .ineligible(agent.id, $0) }
            }.first
        participants = Dictionary(
            unfit == nil
                ? agents.map { id, shard in
                    let attacker = attack?.attacker(id, shards: agents)
                    let secret = UInt64.random(in: .min ... .max)
                    return (id, Participant(id: id, recipe: recipe, shard: shard, attacker: attacker, secret: secret))
                } : [], uniquingKeysWith: { first, _ in first })
    }

    /// Runs to the end; `progress` hears of every committed round.
    package mutating func run(progress: (RoundSummary) -> Void = { _ in }) throws -> Report {
        if let unfit { throw unfit }
        let started = ContinuousClock.now
        var effects: [RunEffect] = []
        for id in participants.keys.sorted() {
            guard let participant = participants[id] else { continue }
            effects += machine.handle(.connected(id, participant.profile), at: 0)
        }
        while true {
            if effects.isEmpty {
                guard !finished.isEmpty else { break }
                effects = try handIn()
            }
            var work: [(AgentID, Assignment)] = []
            var next: [RunEffect] = []
            for effect in effects {
                switch effect {
                case .store(let bytes): blobs[Digest(of: bytes)] = bytes
                case .send(let agent, let assignment): work.append((agent, assignment))
                case .fold(let job): next += machine.handle(.folded(round: job.round, try fold(job)), at: 0)
                case .commit(let commit): record(commit, progress)
                case .ineligible(let agent, let why): throw SimulationError.ineligible(agent, why)
                case .accept, .withdraw, .wake, .note: continue
                }
            }
            if !work.isEmpty { try perform(work) }
            effects = next
        }
        if case .failed(let why) = machine.state.phase { throw SimulationError.failed(why) }
        guard machine.state.isOver else { throw SimulationError.failed("the run stopped in round \(machine.state.round)") }
        var cost = Report.Cost()
        cost.wallSeconds = started.duration(to: .now).seconds
        cost.coordinatorPeakRssBytes = PeakMemory.bytes
        var report = Report(state: machine.state, recipe: recipe, summaries: summaries, engine: .simulate, cost: cost)
        if let attack { report.setApart(attack) }
        return report
    }

    /// A cluster's model as safetensors bytes.
    package func model(_ digest: Digest) -> [UInt8]? { blobs[digest] }

    package var state: RunState { machine.state }

    // MARK: Effects

    private mutating func record(_ commit: RunEffect.Commit, _ progress: (RoundSummary) -> Void) {
        let living = commit.state.blobs
        blobs = blobs.filter { living.contains($0.key) }
        models = models.filter { living.contains($0.key) }
        guard var summary = commit.summary else { return }
        summary.seconds = roundStart.duration(to: .now).seconds
        (summary.bytesUp, summary.bytesDown) = bytes
        bytes = (0, 0)
        roundStart = .now
        summaries.append(summary)
        progress(summary)
    }

    private mutating func fold(_ job: FoldJob) throws -> FoldResult {
        guard let exchange = machine.exchange else { return FoldResult() }
        var made: [Digest: [UInt8]] = [:]
        let (spooled, stored) = (uploads, blobs)
        let result = try Fold(recipe: recipe, exchange: exchange)(
            job, upload: { spooled[$0] ?? [] }, blob: { stored[$0] ?? [] },
            store: { bytes in
                let digest = Digest(of: bytes)
                made[digest] = bytes
                return digest
            })
        blobs.merge(made) { old, _ in old }
        // Each upload is folded once.
        for part in job.parts { for agent in part.contributors { uploads[agent] = nil } }
        return result
    }

    /// Lets agents train side by side; what they send arrives in id order, after what was sent before.
    private mutating func perform(_ work: [(AgentID, Assignment)]) throws {
        guard let exchange = machine.exchange else { return }
        for (_, assignment) in work {
            for offer in assignment.offers where models[offer.model] == nil {
                models[offer.model] = try ParameterSet(safetensors: blobs[offer.model] ?? [], layout: exchange.layout)
            }
        }
        // A few at a time: a thousand agents' updates beside their uploads would not fit into memory.
        for start in stride(from: 0, to: work.count, by: 16 * width) {
            let part = work[start..<min(start + 16 * width, work.count)]
            let outcomes = outcomes(of: part)
            for (agent, assignment) in part {
                guard let outcome = try outcomes[agent]?.get() else { continue }
                let bytes = outcome.upload.encoded()
                count(agent, assignment, upload: bytes.count)
                // The coordinator may still build on the one before: this upload may come too late to count.
                memories[agent] = (memories[agent] ?? [:]).filter { $0.key == assignment.base }
                memories[agent, default: [:]][assignment.round] = outcome.memory
                finished.append((agent, assignment, bytes))
            }
        }
    }

    private func outcomes(
        of work: ArraySlice<(AgentID, Assignment)>
    ) -> [AgentID: Result<Participant.Outcome, any Error>] {
        var parts: [AgentID: Submodel] = [:]
        for (agent, _) in work { parts[agent] = machine.submodel(for: agent) }
        let (participants, memories, models, submodels) = (participants, memories, models, parts)
        let results = Mutex<[AgentID: Result<Participant.Outcome, any Error>]>([:])
        let next = Mutex(work.startIndex)
        DispatchQueue.concurrentPerform(iterations: min(width, work.count)) { _ in
            while true {
                let index = next.withLock { value in
                    defer { value += 1 }
                    return value
                }
                guard index < work.endIndex else { return }
                let (agent, assignment) = work[index]
                guard let participant = participants[agent] else { continue }
                let result = Result<Participant.Outcome, any Error> {
                    let offered = Dictionary(
                        assignment.offers.compactMap { offer in models[offer.model].map { (offer.slot, $0) } },
                        uniquingKeysWith: { first, _ in first }
                    ).mapValues { submodels[agent]?.cut($0) ?? $0 }
                    return try participant.perform(
                        assignment, models: offered, memory: memories[agent]?[assignment.base])
                }
                results.withLock { $0[agent] = result }
            }
        }
        return results.withLock { $0 }
    }

    /// Hands the next upload in.
    private mutating func handIn() throws -> [RunEffect] {
        let (agent, assignment, bytes) = finished.removeFirst()
        guard let exchange = machine.exchange, let member = machine.state.member(agent) else { return [] }
        let evidence = try UploadCheck(recipe: recipe, exchange: exchange).evidence(bytes, from: member, for: assignment)
        uploads[agent] = bytes
        return machine.handle(.uploaded(evidence, round: assignment.round), at: 0)
    }

    /// Encoded sizes; a model that the agent holds from its last round is not sent again, and of one that follows from it only the step is.
    private mutating func count(_ agent: AgentID, _ assignment: Assignment, upload: Int) {
        let offered = Set(assignment.offers.map(\.model))
        let held = self.held[agent] ?? []
        let deltas = Dictionary(assignment.offers.map { ($0.model, $0.delta) }) { first, _ in first }
        bytes.up += upload
        for digest in offered.subtracting(held) {
            if let delta = deltas[digest] ?? nil, held.contains(delta.from), let step = blobs[delta.blob] {
                bytes.down += step.count
                continue
            }
            let part = machine.submodel(for: agent).flatMap { part in blobs[digest].flatMap { try? part.cut($0) } }
            bytes.down += part?.count ?? blobs[digest]?.count ?? 0
        }
        self.held[agent] = offered
    }
}

/// Why a simulation did not come to its end.
package enum SimulationError: Error, CustomStringConvertible {
    case ineligible(AgentID, String)
    case failed(String)

    package var description: String {
        switch self {
        case .ineligible(let agent, let why): "agent \(agent) cannot take part: \(why)"
        case .failed(let why): why
        }
    }
}
