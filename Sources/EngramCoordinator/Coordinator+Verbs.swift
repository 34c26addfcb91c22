// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramLearning
import EngramSockets
import EngramStore
import EngramTLS
import EngramTransport
import EngramWire
import Foundation
import Logging

/// What operators ask.
extension Coordinator {
    private struct Refused: Error {
        let status: UInt16
        let text: String
    }

    func answer(_ request: Message.Request, _ session: CoordinatorSession) {
        guard session.isOperator, session.isAdmitted else { return session.refuse(.notPermitted, "operators only") }
        let stream = request.stream
        do {
            guard let verb = Verb(rawValue: request.verb) else {
                let near = NearestName.of(request.verb, among: Verb.allCases.map(\.rawValue)) ?? ""
                throw Refused(
                    status: 404, text: "there is no verb '\(request.verb)'" + (near.isEmpty ? "" : "; nearest: \(near)"))
            }
            if verb == .watchRun { return try watch(try decode(request), session, stream) }
            guard verb.mutates else { return respond(200, try reply(verb, request, session), session, stream) }
            let body: [UInt8]
            do {
                body = try reply(verb, request, session)
            } catch {
                try record(verb, request, session, answer: nil, failure: refusal(for: error, of: request).text)
                throw error
            }
            changes.ring()
            try record(verb, request, session, answer: body, failure: nil)
            respond(200, body, session, stream)
        } catch {
            let refused = refusal(for: error, of: request)
            fail(refused.status, refused.text, session, stream)
        }
    }

    /// As in HTTP: whose fault it is, and what to do.
    private func refusal(for error: any Error, of request: Message.Request) -> Refused {
        switch error {
        case let refused as Refused: refused
        case let error as RecipeError: Refused(status: 400, text: error.description)
        case is DecodingError: Refused(status: 400, text: "the body of '\(request.verb)' is not what that verb takes")
        case let error as StoreError: Refused(status: error.status, text: "\(error)")
        default: Refused(status: 500, text: "\(error)")
        }
    }

    private func reply(_ verb: Verb, _ request: Message.Request, _ session: CoordinatorSession) throws -> [UInt8] {
        switch verb {
        case .status:
            try encode(
                Admin.Status(
                    version: CoordinatorSoftware.version, time: Self.now, started: started, connectedAgents: agents.count,
                    runs: runs.count))
        case .startRun: try encode(startRun(decode(request), session))
        case .putModel: try encode(take(decode(request), session))
        case .listRuns: try encode(order.compactMap { runs[$0]?.line })
        case .showRun: try encode(detail(of: try driver(decode(request, as: Admin.RunName.self).run)))
        case .cancelRun: try encode(cancel(try driver(decode(request, as: Admin.RunName.self).run)))
        case .report: [UInt8](try view(driver(decode(request, as: Admin.RunName.self).run)).report.json())
        case .listAgents: try encode(agentLines())
        case .revokeAgent: try encode(revoke(decode(request)))
        case .createTokens: try encode(makeTokens(decode(request)))
        case .listClusters:
            try encode(clusterLines(of: try driver(decode(request, as: Admin.RunName.self).run)))
        case .showCluster: try encode(cluster(decode(request)))
        case .explainAgent: try encode(explain(decode(request)))
        case .exportModel: try encode(model(decode(request)))
        case .watchRun: []
        }
    }

    // MARK: Runs

    private func startRun(_ start: Admin.StartRun, _ session: CoordinatorSession) throws -> Admin.RunLine {
        var recipe = try Recipe(yaml: start.recipe)
        if recipe.external != nil {
            let model = session.model
            session.model = []
            do {
                try recipe.external?.attach(model)
            } catch {
                throw Refused(status: 400, text: "\(error); name the file with engram run start --model FILE")
            }
            _ = try blobs.put(model, durable: true)
        }
        let id: RunID
        if let named = start.run {
            id = named
        } else {
            let base = "run-\(order.count + 1)"
            id = RunID(runs[RunID(checked: base)] == nil ? base : base + "-\(Int(Self.now))") ?? RunID(checked: base)
        }
        // The canonical text: what agents fetch is what the coordinator understood.
        let text = recipe.yaml
        try store.createRun(id, name: recipe.name, recipe: text, seed: UInt64(recipe.seed), at: Self.now)
        let driver = RunDriver(
            id: id, recipe: recipe, text: text, created: Self.now,
            machine: RoundMachine(run: id, recipe: recipe, entropy: .random(in: .min ... .max)), limits: shown)
        runs[id] = driver
        order.append(id)
        log.notice("run started", metadata: ["run.id": "\(id)", "recipe": "\(recipe.name)"])
        for agent in agents.keys.sorted() {
            if let profile = agents[agent]?.profile { apply(.connected(agent, profile), to: driver) }
        }
        return driver.line
    }

    /// Keeps a piece of a model until the run that starts from it; no more than one model for a connection.
    private func take(_ piece: Admin.ModelPiece, _ session: CoordinatorSession) throws -> Admin.ModelHeld {
        if piece.offset == 0 { session.model = [] }
        guard piece.offset == session.model.count else {
            throw Refused(
                status: 409, text: "\(session.model.count) bytes of the model are here, the piece begins at \(piece.offset)")
        }
        guard piece.bytes.count <= ExternalModel.fileLimit - session.model.count else {
            throw Refused(status: 400, text: "a run can start from a model file of at most \(ExternalModel.fileLimit) bytes")
        }
        session.model += piece.bytes
        return Admin.ModelHeld(bytes: session.model.count)
    }

    private func driver(_ named: RunID?) throws -> RunDriver {
        if let named {
            guard let driver = runs[named] else {
                throw Refused(status: 404, text: "there is no run \(named); see: engram run ls")
            }
            return driver
        }
        guard let newest = order.last.flatMap({ runs[$0] }) else {
            throw Refused(status: 404, text: "there is no run yet; start one: engram run start --recipe constellation")
        }
        return newest
    }

    private func detail(of driver: RunDriver) -> Admin.RunDetail {
        Admin.RunDetail(
            line: driver.line, recipe: driver.recipe.yaml, summaries: driver.summaries, lineage: driver.state.book.lineage,
            awaited: driver.machine.awaited)
    }

    private func cancel(_ driver: RunDriver) throws -> Admin.RunLine {
        guard !driver.state.isOver else { throw Refused(status: 409, text: "run \(driver.id) is over already") }
        apply(.cancel("cancelled by an operator"), to: driver)
        return driver.line
    }

    private func watch(_ name: Admin.RunName, _ session: CoordinatorSession, _ stream: UInt32) throws {
        let driver = try driver(name.run)
        let first = Admin.Progress(line: driver.line, summary: nil, events: [])
        let body = try encode(first) + [UInt8(ascii: "\n")]
        session.driver.submit(.response(.init(stream: stream, status: 200, isLast: driver.state.isOver, body: body)))
        if !driver.state.isOver { driver.watchers.append((session, stream)) }
    }

    /// Tells the watchers of a run what was committed.
    func publish(_ summary: EngramFederation.RoundSummary?, _ events: [LineageEvent], _ driver: RunDriver) {
        guard !driver.watchers.isEmpty else { return }
        let progress = Admin.Progress(line: driver.line, summary: summary, events: events)
        guard let body = try? encode(progress) + [UInt8(ascii: "\n")] else { return }
        for watcher in driver.watchers {
            watcher.session.driver.submit(
                .response(.init(stream: watcher.stream, status: 200, isLast: driver.state.isOver, body: body)))
        }
        if driver.state.isOver { driver.watchers = [] }
    }

    // MARK: Agents

    private func agentLines() throws -> [Admin.AgentLine] {
        try store.identities().filter { $0.role != .daemon }.map { identity in
            let session = sessions.values.first { $0.isAdmitted && $0.peer?.serial == identity.serial }
            return Admin.AgentLine(
                agent: identity.name, role: identity.role.rawValue, status: identity.status.rawValue, connected: session != nil,
                expires: identity.expires, remote: session?.driver.remote)
        }
    }

    private func revoke(_ revocation: Admin.Revocation) throws -> Admin.Revoked {
        // The store's error says how to find the right name. (A typed catch pattern with a payload here crashes the 6.3.1 compiler.)
        let revoked = try store.revoke(revocation.name, reason: revocation.reason)
        enrolledAgents = nil
        let serials = Set(revoked.map(\.serial))
        let open = sessions.values.filter { $0.peer.map { serials.contains($0.serial) } ?? false }
        for session in open { session.refuse(.revoked, "this certificate was revoked: \(revocation.reason)") }
        return Admin.Revoked(certificates: revoked.count, connections: open.count)
    }

    private func makeTokens(_ wish: Admin.NewTokens) throws -> Admin.Tokens {
        guard let role = IdentityRole(rawValue: wish.role), role != .daemon else {
            throw Refused(status: 400, text: "a token is for an agent or an operator, not for '\(wish.role)'")
        }
        guard (1...10_000).contains(wish.count), wish.lifetime > 0, wish.lifetime <= 366 * 86_400 else {
            throw Refused(status: 400, text: "1 to 10000 tokens, each for more than 0 seconds and at most a year")
        }
        let now = Self.now
        return Admin.Tokens(
            tokens: try registrar.makeTokens(role: role, count: wish.count, lifetime: wish.lifetime, label: wish.label, at: now),
            expires: now + wish.lifetime)
    }

    // MARK: Clusters

    private func clusterLines(of driver: RunDriver) -> [Admin.ClusterLine] {
        driver.state.book.clusters.compactMap { cluster in
            driver.state.book.slot(cluster.id).map { slot in
                Admin.ClusterLine(
                    cluster: cluster.id, version: slot.version, members: cluster.members.count, parent: cluster.parent,
                    born: cluster.born, model: slot.model)
            }
        }
    }

    private func line(_ name: Admin.ClusterName) throws -> (RunDriver, Admin.ClusterLine) {
        let driver = try driver(name.run)
        guard let line = clusterLines(of: driver).first(where: { $0.cluster == name.cluster }) else {
            let known = driver.state.book.clusters.map(\.id.rawValue).joined(separator: ", ")
            let has = known.isEmpty ? "it has none before its first round" : "it has: \(known)"
            throw Refused(status: 404, text: "run \(driver.id) has no cluster \(name.cluster); \(has)")
        }
        return (driver, line)
    }

    private func cluster(_ name: Admin.ClusterName) throws -> Admin.ClusterDetail {
        let (driver, line) = try line(name)
        return Admin.ClusterDetail(
            line: line, members: driver.state.book.cluster(line.cluster)?.members ?? [],
            lineage: driver.state.book.lineage.filter { ($0.from + $0.to).contains(line.cluster) })
    }

    private func explain(_ name: Admin.AgentName) throws -> Admin.Explanation {
        let driver = try driver(name.run)
        guard driver.state.member(name.agent) != nil else {
            throw Refused(status: 404, text: "agent \(name.agent) is not in run \(driver.id); see: engram agent ls")
        }
        let book = driver.state.book
        let home = book.cluster(of: name.agent)?.id
        let history = book.history(of: name.agent)
        return Admin.Explanation(
            agent: name.agent, cluster: home, quarantined: book.quarantined.contains(name.agent), because: history.last,
            alternative: driver.machine.alternative(for: name.agent), history: history)
    }

    private func model(_ name: Admin.ClusterName) throws -> Admin.ModelRef {
        let (_, line) = try line(name)
        guard let size = blobs.size(line.model) else { throw StoreError.blobMissing(line.model) }
        return Admin.ModelRef(cluster: line.cluster, version: line.version, digest: line.model, size: size)
    }

    // MARK: Coding

    private func decode<T: Decodable>(_ request: Message.Request, as type: T.Type = T.self) throws -> T {
        try JSONDecoder().decode(T.self, from: Data(request.body.isEmpty ? Array("{}".utf8) : request.body))
    }

    private func encode(_ value: some Encodable) throws -> [UInt8] { [UInt8](try JSONEncoder.stable.encode(value)) }

    private func respond(_ status: UInt16, _ body: [UInt8], _ session: CoordinatorSession, _ stream: UInt32) {
        do {
            for piece in try Message.responses(stream: stream, status: status, body: body, limits: limits) {
                session.driver.submit(piece)
            }
        } catch {
            fail(500, error.description, session, stream)
        }
    }

    private func fail(_ status: UInt16, _ text: String, _ session: CoordinatorSession, _ stream: UInt32) {
        let body = (try? encode(Admin.Failure(text))) ?? []
        session.driver.submit(.response(.init(stream: stream, status: status, isLast: true, body: body)))
    }
}

extension StoreError {
    /// Whether waiting cannot mend it: a model that is gone or damaged.
    var isPermanent: Bool {
        switch self {
        case .blobMissing, .blobDamaged: true
        default: false
        }
    }

    /// As in HTTP: unknown, not now, or this side's fault.
    var status: UInt16 {
        switch self {
        case .runUnknown, .identityUnknown, .tokenUnknown: 404
        case .runExists, .runOver, .runCannotBecome, .nameInUse, .tokenUsed, .tokenExpired: 409
        default: 500
        }
    }
}
