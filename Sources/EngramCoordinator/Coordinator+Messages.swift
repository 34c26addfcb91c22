// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramLearning
import EngramStore
import EngramTLS
import EngramTransport
import EngramWire
import Foundation
import Logging

/// What peers say.
extension Coordinator {
    func received(_ message: Message, _ number: Int) {
        guard let session = sessions[number] else { return }
        switch message {
        case .hello(let hello): admit(session, hello)
        case .enrol(let enrolment): enrol(session, enrolment)
        case .fetch(let fetch): send(fetch, to: session)
        case .offer(let offer): consider(offer, session)
        case .chunk(let chunk): append(chunk, session)
        case .request(let request): answer(request, session)
        default: break
        }
    }

    /// The certificate opened the door; the store says whether it still may. The newest connection of an agent wins.
    private func admit(_ session: CoordinatorSession, _ hello: Message.Hello) {
        guard let peer = session.peer else { return }
        do {
            guard let identity = try store.identity(serial: peer.serial), identity.status == .active else {
                return session.refuse(.revoked, "this certificate was revoked or replaced; enrol again with a new token")
            }
        } catch {
            return session.refuse(.fault, "the coordinator cannot read its state: \(error)")
        }
        session.isAdmitted = true
        guard let agent = session.agent else { return }
        guard let profile = try? JSONDecoder().decode(AgentProfile.self, from: Data(hello.profile)), profile.isSane else {
            return session.refuse(.malformed, "the profile in hello is not one that this coordinator understands")
        }
        session.profile = profile
        agents[agent]?.refuse(
            .replaced, "another connection uses the certificate of \(agent); only one agent may hold an identity")
        agents[agent] = session
        changes.ring()
        log.info(
            "agent connected",
            metadata: ["agent.id": "\(agent)", "connection.remote": "\(session.driver.remote)", "software": "\(hello.software)"])
        for id in order {
            guard let driver = runs[id], !driver.state.isOver, driver.resumeAt == nil else { continue }
            apply(.connected(agent, profile), to: driver)
        }
    }

    private func enrol(_ session: CoordinatorSession, _ enrolment: Message.Enrolment) {
        do {
            let certificates = try registrar.enrol(enrolment, renewing: session.peer, at: Self.now)
            log.notice("enrolled", metadata: ["name": "\(enrolment.name)", "connection.remote": "\(session.driver.remote)"])
            record(enrolment, session)
            session.driver.submit(.enrolled(certificates))
            // Who lost a certificate may have lost it to somebody: what the token replaced is out at once.
            guard !enrolment.secret.isEmpty else { return }
            for other in sessions.values where other !== session && other.peer?.name == enrolment.name {
                other.refuse(.revoked, "this certificate was replaced by one for a new token")
            }
        } catch {
            log.warning("enrolment refused", metadata: ["name": "\(enrolment.name)", "error": "\(error)"])
            session.refuse(.enrolmentRefused, "\(error)")
        }
    }

    // MARK: Downloads

    private func send(_ fetch: Message.Fetch, to session: CoordinatorSession) {
        func refuse(_ code: RefusalCode, _ text: String) {
            session.driver.submit(.receipt(.refusal(of: fetch, code: code, text: text)))
        }
        guard session.isOperator || session.allowed.values.contains(where: { $0.contains(fetch.digest) }) else {
            return refuse(.notFound, "no work of this agent names that blob")
        }
        do {
            let bytes = try warm[fetch.digest] ?? blobs.read(fetch.digest)
            warm[fetch.digest] = bytes
            try session.send(bytes, on: fetch.stream, from: fetch.offset, limits: limits)
        } catch {
            refuse(.notFound, "\(error)")
        }
    }

    // MARK: Uploads

    private func consider(_ offer: Message.Offer, _ session: CoordinatorSession) {
        guard let agent = session.agent else { return }
        func refuse(_ code: RefusalCode, _ text: String) {
            session.driver.submit(.receipt(.refusal(of: offer, code: code, text: text)))
        }
        guard let driver = runs[offer.run] else { return refuse(.notFound, "there is no run \(offer.run)") }
        guard driver.resumeAt == nil else { return refuse(.busy, "the run is being taken up again") }
        guard let open = driver.machine.openRound, let assignment = driver.machine.assignment(for: agent),
            assignment.round == Int(offer.round)
        else {
            apply(.late(agent), to: driver)
            return refuse(.stale, "round \(offer.round) is not open for \(agent)")
        }
        let most = driver.mostUploadBytes(for: assignment)
        guard offer.size <= UInt64(most) else {
            return refuse(.overLimit, "an upload of \(offer.size) bytes; what round \(offer.round) asks for fits in \(most)")
        }
        guard !driver.machine.mustWait(agent) else { return refuse(.busy, "a fold is under way; offer once more") }
        if driver.machine.hasUpload(of: agent) { return session.driver.submit(.receipt(.acceptance(of: offer))) }
        do {
            // Kept under the round in which it will count: in a buffered run that may be later than the one of the work.
            let key = UploadKey(run: offer.run, round: open, agent: agent)
            let offset = try spool.begin(key, digest: offer.digest, size: Int(clamping: offer.size))
            session.uploads[offer.stream] = (offer, key, offset)
            session.driver.submit(.resume(.init(stream: offer.stream, offset: UInt64(offset))))
            if offset == Int(clamping: offer.size) { finish(offer, key, session, driver) }
        } catch {
            log.error("upload not taken", metadata: ["agent.id": "\(agent)", "error": "\(error)"])
            refuse(.busy, "\(error)")
        }
    }

    private func append(_ chunk: Message.Chunk, _ session: CoordinatorSession) {
        guard let upload = session.uploads[chunk.stream], let driver = runs[upload.offer.run] else { return }
        do {
            let offset = try spool.append(chunk.bytes[...], at: upload.offset, to: upload.key)
            session.uploads[chunk.stream]?.offset = offset
            if chunk.isLast { finish(upload.offer, upload.key, session, driver) }
        } catch {
            session.uploads[chunk.stream] = nil
            log.error("upload broken off", metadata: ["agent.id": "\(upload.key.agent)", "error": "\(error)"])
            session.driver.submit(.receipt(.refusal(of: upload.offer, code: .busy, text: "\(error)")))
        }
    }

    /// The upload is whole: verify, check, count.
    private func finish(_ offer: Message.Offer, _ key: UploadKey, _ session: CoordinatorSession, _ driver: RunDriver) {
        session.uploads[offer.stream] = nil
        let agent = key.agent
        do {
            let record = try spool.finish(key)
            do {
                guard !driver.machine.mustWait(agent) else {
                    try spool.remove(record)
                    return session.driver.submit(
                        .receipt(.refusal(of: offer, code: .busy, text: "a fold is under way; offer once more")))
                }
                // Just verified while it was written down: not read for its digest a second time.
                let evidence = try check(spool.read(0..<record.size, of: record), of: agent, driver)
                _ = try store.recordUpload(record)
                driver.notes.accept(evidence)
                driver.pending[agent] = (session, offer)
                apply(.uploaded(evidence, round: Int(offer.round)), to: driver)
            } catch {
                try? spool.remove(record)
                throw error
            }
        } catch let error as StoreError {
            if case .uploadDamaged = error {
                driver.notes.refuse(refusal(of: agent, in: driver, "\(error)"))
                changes.ring()
                log.warning("upload damaged", metadata: ["agent.id": "\(agent)", "run.id": "\(offer.run)", "error": "\(error)"])
                return session.driver.submit(.receipt(.refusal(of: offer, code: .digestMismatch, text: "\(error)")))
            }
            // Not the agent's fault: it may offer the same again when there is room.
            session.driver.submit(.receipt(.refusal(of: offer, code: .busy, text: "\(error)")))
            suspend(driver, error)
        } catch {
            driver.notes.refuse(refusal(of: agent, in: driver, "\(error)"))
            changes.ring()
            log.warning("update refused", metadata: ["agent.id": "\(agent)", "run.id": "\(offer.run)", "error": "\(error)"])
            session.driver.submit(.receipt(.refusal(of: offer, code: .updateRefused, text: "\(error)")))
        }
    }

    /// Checks an upload's bytes against what was asked of the agent.
    func check(_ bytes: [UInt8], of agent: AgentID, _ driver: RunDriver) throws -> AgentEvidence {
        guard let exchange = driver.machine.exchange, let member = driver.state.member(agent),
            let assignment = driver.machine.assignment(for: agent)
        else { throw UpdateError.stale(round: driver.state.round + 1, current: driver.state.round) }
        return try UploadCheck(recipe: driver.recipe, exchange: exchange, limits: limits).evidence(
            bytes, from: member, for: assignment)
    }
}

extension AgentProfile {
    /// Numbers from a peer that nothing can overflow on.
    var isSane: Bool {
        let bound = 1 << 40
        return [inputs, train, validation, test].allSatisfy { (0...bound).contains($0) } && (1...(1 << 24)).contains(inputs)
            && (0...(1 << 20)).contains(classes) && outputs >= 1 && (truth?.utf8.count ?? 0) <= 200
            && circumstances?.problem == nil
    }
}
