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
    struct Refused: Error {
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
                record(verb, request, session, answer: nil, failure: refusal(for: error, of: request).text)
                throw error
            }
            changes.ring()
            record(verb, request, session, answer: body, failure: nil)
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

    // MARK: Coding

    private func decode<T: Decodable>(_ request: Message.Request, as type: T.Type = T.self) throws -> T {
        try JSONDecoder().decode(T.self, from: Data(request.body.isEmpty ? Array("{}".utf8) : request.body))
    }

    func encode(_ value: some Encodable) throws -> [UInt8] { [UInt8](try JSONEncoder.stable.encode(value)) }

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
