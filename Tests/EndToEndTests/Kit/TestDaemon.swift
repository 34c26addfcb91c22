// SPDX-License-Identifier: Apache-2.0
import EngramCoordinator
import EngramFederation
import EngramSockets
import EngramStore
import EngramTLS
import EngramTransport
import EngramWire
import Foundation
import Logging

/// How agents and operators reach the coordinator of a test.
enum Wiring: String, CaseIterable, Sendable {
    case memory, tls
}

/// A coordinator in this process, on a folder that outlives it: `kill` drops it without a word, `start` takes the folder up again.
final class TestDaemon {
    let folder: String
    let wiring: Wiring
    let limits: WireLimits
    /// What happens to the agents' connections in memory; each connection has its own, reproducible from the plan's seed.
    var faults = FaultPlan.none
    /// What the database may grow to; for the next start.
    var maximumBytes: Int?
    /// What the daemon says in its log.
    let notes = LogNotes()
    let reactor: Reactor
    private(set) var coordinator: Coordinator?
    private(set) var state: StateFolder?
    private var address: SocketAddress?
    private var service: _Concurrency.Task<Void, any Error>?
    let switchboard = Switchboard()

    init(_ wiring: Wiring, limits: WireLimits = WireLimits()) throws {
        self.wiring = wiring
        self.limits = limits
        folder = FileManager.default.temporaryDirectory.path + "/engram-e2e-" + UUID().uuidString
        reactor = try Reactor()
        try CoordinatorFolder.create(
            folder + "/coordinator", name: "test", hosts: ["127.0.0.1"], address: "127.0.0.1:1", at: Date().timeIntervalSince1970)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func start() async throws {
        let opened = try await open()
        let log = notes.logger("daemon")
        let coordinator = Coordinator(
            store: try SQLiteStateStore(in: opened.state, maximumBytes: maximumBytes), blobs: try BlobStore(in: opened.state),
            spool: try UploadSpool(in: opened.state, limits: .standard), authority: try opened.authority(),
            audit: AuditLog(in: opened.state), limits: limits, shown: SnapshotLimits(), log: log)
        let transport: any ServerTransport
        switch wiring {
        case .memory:
            let made = MemoryTransport()
            await switchboard.set(made)
            transport = made
        case .tls:
            let made = try await TLSServerTransport(
                on: address ?? .loopback(port: 0), reactor: reactor, context: try opened.context(), limits: limits,
                onRefusal: { remote, reason in
                    log.info("connection refused", metadata: ["connection.remote": "\(remote)", "error": "\(reason)"])
                })
            address = made.socketAddress
            transport = made
        }
        try await coordinator.start()
        self.coordinator = coordinator
        state = opened.state
        let running = CoordinatorService(coordinator: coordinator, transport: transport, log: log)
        service = _Concurrency.Task { try await running.run() }
    }

    /// The folder, once the one who was dropped has let go of it: its last tasks may still be on their way out.
    private func open() async throws -> CoordinatorFolder {
        while true {
            do {
                return try CoordinatorFolder(opening: folder + "/coordinator")
            } catch {
                guard case StoreError.locked = error else { throw error }
                try await _Concurrency.Task.sleep(for: .milliseconds(10))
            }
        }
    }

    /// Drops the coordinator; what it had not stored is gone. (Real processes are killed in the process tests.)
    func kill() async {
        service?.cancel()
        _ = await service?.result
        service = nil
        coordinator = nil
        state = nil
    }

    /// An identity as an agent or operator holds it, and how to connect with it.
    func client(_ name: String, _ role: EngramTLS.Role) async throws -> any ClientTransport {
        switch wiring {
        case .memory:
            let identity = PeerIdentity(
                name: name, role: role, serial: "memory-\(role.rawValue)-\(name)", notAfter: Date().timeIntervalSince1970 + 3600,
                fingerprint: name)
            try await register(identity)
            return SwitchboardClient(
                switchboard: switchboard, identity: identity, faults: role == .agent ? faults : .none)
        case .tls:
            let identity = IdentityFolder(folder + "/identities/" + role.rawValue + "-" + name)
            if !identity.exists { try await enrol(name, role, identity) }
            return try identity.transport(to: endpoint, reactor: reactor, limits: limits)
        }
    }

    var endpoint: String { address.map { "\($0)" } ?? "" }

    private func enrol(_ name: String, _ role: EngramTLS.Role, _ identity: IdentityFolder) async throws {
        if role == .operator {
            let made = IdentityFolder(folder + "/coordinator/operator")
            try FileManager.default.createDirectory(atPath: folder + "/identities", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: made.path, toPath: identity.path)
            return
        }
        guard let text = try await tokens(1).first, let ticket = EnrolmentTicket(text) else { return }
        try await Enrolment.run(
            ticket: ticket, name: name, coordinator: try Endpoint(endpoint), into: identity, software: "test", reactor: reactor,
            limits: limits)
    }

    func tokens(_ count: Int, lifetime: Double = 60) async throws -> [String] {
        let console = try await Console(self)
        defer { console.leave() }
        return try await console.ask(
            .createTokens, Admin.NewTokens(role: "agent", count: count, lifetime: lifetime, label: "test"), Admin.Tokens.self
        )
        .tokens
    }

    /// In memory there is no certificate to sign; the store must know the identity all the same.
    private func register(_ identity: PeerIdentity) async throws {
        guard let coordinator else { return }
        try await coordinator.know(
            Identity(
                name: identity.name, role: IdentityRole(rawValue: identity.role.rawValue) ?? .agent, serial: identity.serial,
                fingerprint: identity.fingerprint, issued: 0, expires: identity.notAfter))
    }
}

extension Coordinator {
    func know(_ identity: Identity) throws {
        guard try store.identity(serial: identity.serial) == nil else { return }
        try store.issueIdentity(identity, superseding: true)
    }
}

/// Leads in-memory clients to whichever coordinator is up.
actor Switchboard {
    private var transport: MemoryTransport?
    /// One client per name, so that its connections are numbered on and meet different faults.
    private var clients: [String: MemoryClientTransport] = [:]
    private(set) var connections: [String: Int] = [:]

    func set(_ transport: MemoryTransport) {
        self.transport = transport
        clients = [:]
    }

    func connect(_ identity: PeerIdentity, _ faults: FaultPlan) async throws -> any ByteStream {
        guard let transport else { throw TransportError.connectionRefused }
        let client = clients[identity.name] ?? transport.client(as: identity, faults: faults)
        clients[identity.name] = client
        connections[identity.name, default: 0] += 1
        return try await client.connect()
    }
}

struct SwitchboardClient: ClientTransport {
    let switchboard: Switchboard
    let identity: PeerIdentity
    let faults: FaultPlan

    var destination: String { "memory" }

    func connect() async throws -> any ByteStream { try await switchboard.connect(identity, faults) }
}
