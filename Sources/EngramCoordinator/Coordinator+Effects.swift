// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramLearning
import EngramSockets
import EngramStore
import EngramTensors
import EngramTransport
import EngramWire
import Foundation
import Logging

/// What the round machines want done.
extension Coordinator {
    /// Seconds after which a run that could not be stored is taken up again.
    static let resumePause = 5.0

    /// Feeds a run's machine and performs what it answers, in order. If something cannot be stored, nothing that depends on it happens:
    /// the run is taken up again from what is stored.
    func apply(_ event: RunEvent, to driver: RunDriver) {
        guard driver.resumeAt == nil else { return }
        do {
            for effect in driver.machine.handle(event, at: Self.now) { try perform(effect, driver) }
            changes.ring()
        } catch {
            suspend(driver, error)
        }
    }

    func suspend(_ driver: RunDriver, _ error: any Error) {
        if let lost = error as? StoreError, lost.isPermanent, driver.resumeAt == nil, !driver.state.isOver {
            log.error("run failed", metadata: ["run.id": "\(driver.id)", "error": "\(error)"])
            return apply(.fail("\(error)"), to: driver)
        }
        log.error(
            "run suspended", metadata: ["run.id": "\(driver.id)", "error": "\(error)", "again.seconds": "\(Self.resumePause)"])
        changes.ring()
        driver.resumeAt = Self.now + Self.resumePause
        driver.trouble = "\(error)"
        // Nobody waits for a verdict that this machine will not give any more.
        for agent in driver.pending.keys.sorted() {
            guard let (session, offer) = driver.pending[agent] else { continue }
            session.driver.submit(
                .receipt(.refusal(of: offer, code: .busy, text: "the run is being taken up again; offer once more")))
        }
        driver.pending = [:]
    }

    /// A run from its stored record.
    func load(_ record: RunRecord) throws -> RunDriver {
        var recipe = try Recipe(yaml: record.recipe)
        let snapshot = try store.snapshot(of: record.id)
        // Only a run that has not begun needs its first model.
        if let model = recipe.external?.digest, snapshot == nil, !record.state.isOver, record.state != .failed {
            do {
                try recipe.external?.attach(blobs.read(model))
            } catch let error as StoreError where error.isPermanent {
                // That ends this run and no other.
                log.error("first model lost", metadata: ["run.id": "\(record.id)", "error": "\(error)"])
            }
        }
        let machine: RoundMachine
        if let snapshot {
            machine = try RoundMachine(resuming: .init(decoding: Data(snapshot)), recipe: recipe)
        } else {
            machine = RoundMachine(run: record.id, recipe: recipe, entropy: .random(in: .min ... .max))
        }
        let driver = RunDriver(
            id: record.id, recipe: recipe, text: record.recipe, created: record.created, machine: machine, limits: shown)
        driver.summaries = try store.roundSummaries(of: record.id).map {
            try JSONDecoder().decode(EngramFederation.RoundSummary.self, from: Data($0.summary.utf8))
        }
        return driver
    }

    /// Goes on from the stored state: the open round is opened again, what was spooled for it counts, then whoever is connected is told.
    func resume(_ driver: RunDriver) {
        driver.roundStart = .now
        driver.counted = traffic
        let effects = driver.machine.startRound(Self.now)
        do {
            for effect in effects { try perform(effect, driver) }
            let round = driver.state.round + 1
            for record in try store.uploads(of: driver.id, round: round) where driver.resumeAt == nil {
                do {
                    let evidence = try check(spool.read(record), of: record.key.agent, driver)
                    let asked = driver.machine.assignment(for: record.key.agent)?.round ?? round
                    driver.notes.recall(evidence)
                    apply(.uploaded(evidence, round: asked), to: driver)
                } catch {
                    log.warning("spooled upload dropped", metadata: ["agent.id": "\(record.key.agent)", "error": "\(error)"])
                    try store.forgetUpload(record.key)
                    // Else the spool would take the damaged file for an upload that has arrived already.
                    try spool.remove(record)
                }
            }
        } catch {
            return suspend(driver, error)
        }
        for agent in agents.keys.sorted() {
            if let profile = agents[agent]?.profile { apply(.connected(agent, profile), to: driver) }
        }
        changes.ring()
        log.notice("run taken up", metadata: ["run.id": "\(driver.id)", "round.number": "\(driver.state.round)"])
    }

    private func perform(_ effect: RunEffect, _ driver: RunDriver) throws {
        switch effect {
        case .store(let bytes): _ = try blobs.put(bytes, durable: true)
        case .commit(let commit): try self.commit(commit, driver)
        case .send(let agent, let assignment): try send(assignment, to: agent, driver)
        case .accept(let agent, let round):
            guard let waiting = driver.pending.removeValue(forKey: agent), Int(waiting.offer.round) == round else { return }
            waiting.session.driver.submit(.receipt(.acceptance(of: waiting.offer)))
        case .withdraw(let agent, let round, let reason):
            if let waiting = driver.pending.removeValue(forKey: agent) {
                waiting.session.driver.submit(.receipt(.refusal(of: waiting.offer, code: .stale, text: reason)))
            } else {
                agents[agent]?.driver.submit(.withdraw(.init(run: driver.id, round: UInt32(clamping: round), text: reason)))
            }
        case .fold(let job): try order(job, driver)
        case .wake(let at): driver.wakeAt = at
        case .ineligible(let agent, let why):
            driver.notes.turnAway(refusal(of: agent, in: driver, why))
            log.warning(
                "agent cannot take part", metadata: ["agent.id": "\(agent)", "run.id": "\(driver.id)", "reason": "\(why)"])
        case .note(let text): log.info("run", metadata: ["run.id": "\(driver.id)", "note": "\(text)"])
        }
    }

    private func send(_ assignment: Assignment, to agent: AgentID, _ driver: RunDriver) throws {
        guard let session = agents[agent] else { return }
        var refs = [BlobRef(name: .recipe, digest: driver.recipeBlob, size: UInt64(driver.recipeBytes.count))]
        warm[driver.recipeBlob] = driver.recipeBytes
        let submodel = driver.machine.submodel(for: agent)
        for offer in assignment.offers {
            let model = try submodel.map { try cut(offer.model, to: $0, driver) } ?? offer.model
            guard let size = blobs.size(model) else { throw StoreError.blobMissing(model) }
            refs.append(BlobRef(name: offer.slot, digest: model, size: UInt64(size)))
        }
        if let model = driver.recipe.external?.digest {
            guard let size = blobs.size(model) else { throw StoreError.blobMissing(model) }
            refs.append(BlobRef(name: .initial, digest: model, size: UInt64(size)))
        }
        session.allowed[driver.id] = Set(refs.map(\.digest)).union(assignment.offers.compactMap(\.delta?.blob))
        let left = driver.wakeAt.isFinite ? max(0, driver.wakeAt - Self.now) : driver.recipe.deadline
        session.driver.submit(
            .work(
                .init(
                    run: driver.id, round: UInt32(clamping: assignment.round), base: UInt32(clamping: assignment.base),
                    remainingMillis: UInt64(min(left * 1000, 1e15)), blobs: refs,
                    body: [UInt8](try JSONEncoder.stable.encode(assignment)))))
    }

    /// A part of a model as a blob of its own; made once for all agents that hold the same part.
    private func cut(_ model: Digest, to submodel: Submodel, _ driver: RunDriver) throws -> Digest {
        if let known = driver.parts[model]?[submodel.part.count] { return known }
        let part = try blobs.put(try submodel.cut(blobs.read(model)), durable: false)
        driver.parts[model, default: [:]][submodel.part.count] = part
        return part
    }

    // MARK: Commits

    private func commit(_ commit: RunEffect.Commit, _ driver: RunDriver) throws {
        let snapshot = [UInt8](try commit.state.encoded())
        let state = commit.state.phase.stored
        guard var summary = commit.summary else {
            try store.saveSnapshot(snapshot, of: driver.id, after: commit.state.round, at: Self.now)
            try store.setRunState(driver.id, state, failure: commit.state.phase.reason, at: Self.now)
            driver.roundStart = .now
            driver.counted = traffic
            publish(nil, commit.lineage, driver)
            return
        }
        let now = traffic
        summary.seconds = driver.roundStart.duration(to: .now).seconds
        summary.bytesUp = now.in - driver.counted.in
        summary.bytesDown = now.out - driver.counted.out
        try store.commitRound(
            RoundCommit(
                run: driver.id, round: commit.state.round, snapshot: snapshot, summary: try Self.json(summary),
                lineage: try commit.lineage.map(Self.json), state: state, at: Self.now))
        driver.roundStart = .now
        driver.counted = now
        driver.summaries.append(summary)
        try spool.remove(driver.id, upTo: commit.state.round)
        log.info(
            "round committed",
            metadata: [
                "run.id": "\(driver.id)", "round.number": "\(summary.round)", "participants": "\(summary.participants)",
                "clusters": "\(summary.clusters.count)", "loss": "\(summary.loss)",
            ])
        publish(summary, commit.lineage, driver)
    }

    /// Removes blobs that no run refers to any more; to be called between two folds, whose results nothing refers to yet.
    func tidy() {
        // A suspended run will go on from its stored state, which refers to older blobs than its machine.
        guard order.allSatisfy({ runs[$0]?.resumeAt == nil }) else { return }
        let living = order.reduce(into: Set<Digest>()) { set, id in
            guard let driver = runs[id] else { return }
            let models = driver.state.blobs
            driver.parts = driver.parts.filter { models.contains($0.key) }
            set.formUnion(models)
            if let model = driver.recipe.external?.digest, !driver.state.isOver { set.insert(model) }
            for parts in driver.parts.values { set.formUnion(parts.values) }
        }
        // Recipes are nowhere else.
        let recipes = Set(order.compactMap { runs[$0].flatMap { $0.state.isOver ? nil : $0.recipeBlob } })
        warm = warm.filter { living.contains($0.key) || recipes.contains($0.key) }
        do {
            _ = try blobs.collect(keeping: living)
        } catch {
            log.warning("old blobs stay", metadata: ["error": "\(error)"])
        }
    }

    static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder.stable.encode(value), as: UTF8.self)
    }
}
