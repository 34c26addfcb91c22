// SPDX-License-Identifier: Apache-2.0
import EngramBytes
package import EngramFederation
import EngramLocks
import EngramSockets
package import EngramStore
package import EngramTLS
package import EngramTransport
package import EngramWire
import Foundation
package import Logging

/// The coordinator: runs, sessions and their state, on a thread of its own where blocking is allowed.
///
/// It owns one round machine per run and performs the machines' effects in order; nothing is sent before what it depends on is stored.
package actor Coordinator {
    private let thread = ThreadExecutor(name: "engram-coordinator")
    package let store: any StateStore
    let blobs: BlobStore
    let spool: UploadSpool
    let registrar: Registrar
    let audit: AuditLog
    let limits: WireLimits
    let log: Logger
    let started: Double
    var runs: [RunID: RunDriver] = [:]
    /// In the order of their start, for "the newest".
    var order: [RunID] = []
    var sessions: [Int: CoordinatorSession] = [:]
    var agents: [AgentID: CoordinatorSession] = [:]
    /// How much of it all those who look on are shown.
    let shown: SnapshotLimits
    package nonisolated let changes = ChangeBell()
    /// Read without waiting for the coordinator.
    nonisolated let life = Mutex(Life.starting)
    /// Agents with a valid certificate; nil after a change, until somebody asks.
    var enrolledAgents: (count: Int, until: Double)?
    private var lastSession = 0
    /// Bytes of sessions that have ended.
    private var ended = (in: 0, out: 0)
    let folds: AsyncStream<FoldOrder>.Continuation
    let orders: AsyncStream<FoldOrder>
    /// Blobs that agents fetch now: read and verified once.
    var warm: [Digest: [UInt8]] = [:]

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    package init(
        store: any StateStore, blobs: BlobStore, spool: UploadSpool, authority: CertificateAuthority, audit: AuditLog,
        limits: WireLimits, shown: SnapshotLimits, log: Logger
    ) {
        self.store = store
        self.blobs = blobs
        self.spool = spool
        self.audit = audit
        self.limits = limits
        self.shown = shown
        self.log = log
        registrar = Registrar(store: store, authority: authority)
        started = Self.now
        (orders, folds) = AsyncStream<FoldOrder>.makeStream()
    }

    /// Seconds since 1970.
    static var now: Double { Date().timeIntervalSince1970 }

    // MARK: Life

    enum Life: Sendable { case starting, serving, stopping }

    /// Takes up every run that is not over, from its stored state.
    package func start() throws {
        let records = try store.runs()
        try spool.sweep(committed: Dictionary(records.map { ($0.id, $0.round) }) { first, _ in first })
        for record in records {
            order.append(record.id)
            let driver = try load(record)
            runs[record.id] = driver
            if !record.state.isOver, record.state != .failed { resume(driver) }
        }
    }

    /// Looks at deadlines: of rounds, of runs to be taken up again, of certificates.
    package func tick() {
        let now = Self.now
        for id in order {
            guard let driver = runs[id] else { continue }
            if let at = driver.resumeAt, now >= at {
                driver.resumeAt = nil
                do {
                    if let record = try store.run(id) {
                        driver.machine = try load(record).machine
                        resume(driver)
                    }
                } catch {
                    suspend(driver, error)
                }
            } else if now >= driver.wakeAt {
                driver.wakeAt = .infinity
                apply(.tick, to: driver)
            }
        }
        for session in sessions.values where session.peer.map({ $0.notAfter < now }) ?? false {
            session.refuse(.notPermitted, "the certificate has expired; enrol again with a token labelled with this name")
        }
    }

    /// Ends every session with a word; agents come back by themselves when the coordinator does.
    package func stop() {
        life.withLock { $0 = .stopping }
        changes.ring()
        for session in sessions.values { session.refuse(.stopping, "the coordinator stops; come back later") }
        folds.finish()
    }

    // MARK: Sessions

    /// Serves one connection to its end.
    package nonisolated func serve(_ stream: any ByteStream) async {
        let role: SessionRole
        switch stream.peer?.role {
        case nil: role = .anonymous
        case .agent: role = .agent
        case .operator: role = .operator
        case .daemon: return
        }
        let machine = CoordinatorSessionMachine(
            role: role, peerName: stream.peer?.name ?? "", clockOffset: Self.now, limits: limits)
        let driver = SessionDriver(FramedConnection(stream, limits: limits), machine: machine, limits: limits)
        let number = await open(driver, stream.peer)
        let end = await driver.run { message in await self.received(message, number) }
        await close(number, end)
    }

    private func open(_ driver: SessionDriver<CoordinatorSessionMachine>, _ peer: PeerIdentity?) -> Int {
        lastSession += 1
        sessions[lastSession] = CoordinatorSession(number: lastSession, driver: driver, peer: peer)
        return lastSession
    }

    private func close(_ number: Int, _ end: SessionEnd) {
        guard let session = sessions.removeValue(forKey: number) else { return }
        if session.agent != nil {
            ended.in += session.driver.bytesIn
            ended.out += session.driver.bytesOut
        }
        // The connection that replaced this one may have taken the upload up already.
        if let agent = session.agent, agents[agent] == nil || agents[agent] === session {
            for upload in session.uploads.values {
                spool.pause(upload.key)
            }
        }
        for driver in runs.values {
            driver.watchers.removeAll { $0.session === session }
            driver.pending = driver.pending.filter { $0.value.session !== session }
        }
        guard let agent = session.agent, agents[agent] === session else { return }
        agents[agent] = nil
        changes.ring()
        log.debug("agent left", metadata: ["agent.id": "\(agent)", "reason": "\(end)"])
        for id in order { if let driver = runs[id] { apply(.disconnected(agent), to: driver) } }
    }

    /// Socket bytes of all agents, living and gone.
    var traffic: (in: Int, out: Int) {
        sessions.values.reduce(into: ended) { sum, session in
            guard session.agent != nil else { return }
            sum.in += session.driver.bytesIn
            sum.out += session.driver.bytesOut
        }
    }
}
