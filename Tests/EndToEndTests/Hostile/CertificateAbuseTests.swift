// SPDX-License-Identifier: Apache-2.0
import EngramAgent
import EngramFederation
import EngramTLS
import EngramTransport
import EngramWire
import Foundation
import Testing

extension Hostile {
    /// Peers whose certificate is not, or no longer, good for anything.
    @Suite struct CertificateAbuseTests {
        private static let day = 86_400.0

        /// Connects, says hello and returns what it hears: nothing, if TLS turned it away.
        private func greeting(_ transport: any ClientTransport) async throws -> Message? {
            let intruder: Intruder
            do {
                intruder = try await Intruder(transport)
                try await intruder.greet()
            } catch {
                return nil
            }
            let heard = try await intruder.hear()
            await intruder.leave()
            return heard
        }

        @Test func anotherAuthority() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let now = Date().timeIntervalSince1970
                let foreign = try CertificateAuthority.create(name: "test-authority", now: now, validFor: Self.day)
                #expect(try await greeting(daemon.transport(signedBy: foreign, as: "operator", .operator)) == nil)
                _ = try await daemon.notes.line(with: "connection refused", "certificate")
            }
        }

        @Test func expired() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let old = try daemon.transport(signedBy: daemon.authority(), as: "old", from: -2 * Self.day, validFor: Self.day)
                #expect(try await greeting(old) == nil)
                _ = try await daemon.notes.line(with: "connection refused", "has expired")
            }
        }

        @Test func notYetValid() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let early = try daemon.transport(signedBy: daemon.authority(), as: "early", from: 2 * Self.day)
                #expect(try await greeting(early) == nil)
                _ = try await daemon.notes.line(with: "connection refused", "not valid yet")
            }
        }

        /// Rightly signed, but the daemon never issued it: the store decides, not the signature.
        @Test func signedBehindTheDaemonsBack() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let intruder = try await Intruder(daemon.transport(signedBy: daemon.authority(), as: "operator", .operator))
                try await intruder.greet()
                #expect(try await intruder.dismissal()?.code == .revoked)
                await intruder.leave()
            }
        }

        /// A certificate that ends while its owner is connected.
        @Test func expiresOnAnOpenConnection() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let brief = try daemon.transport(signedBy: daemon.authority(), as: "brief", validFor: 1.5)
                let intruder = try await Intruder(brief)
                // The session ends at the tick after the date, hello or not.
                let refusal = try #require(try await intruder.dismissal())
                #expect(refusal.code == .notPermitted && refusal.text.contains("expired"))
                await intruder.leave()
            }
        }

        @Test func revoked() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let shard = try ToyFederation.shards(agents: 1)[0].shard
                let agent = TestAgent(Mallory.name, shard, in: daemon)
                try await agent.start(daemon)
                _ = try await daemon.notes.line(with: "agent connected", "mallory")
                let console = try await Console(daemon)
                let revoked = try await console.ask(
                    .revokeAgent, Admin.Revocation(name: "mallory", reason: "stolen"), Admin.Revoked.self)
                #expect(revoked.certificates == 1 && revoked.connections == 1)
                // On the open connection, at once: the agent's service ends and does not come back.
                guard case .failure(let error) = await agent.result(), case AgentError.turnedAway(.revoked, let text) = error
                else {
                    Issue.record("the agent did not end, or for another reason")
                    return
                }
                #expect(text.contains("stolen"))
                // And at the next one: TLS lets the certificate in, the store does not.
                let intruder = try await Intruder(daemon.client("mallory", .agent))
                try await intruder.greet([UInt8](JSONEncoder().encode(AgentProfile(shard))))
                #expect(try await intruder.dismissal()?.code == .revoked)
                await intruder.leave()
                // Not even a new certificate can be had with it.
                let renewal = try await Intruder(daemon.client("mallory", .agent))
                try await renewal.greet([UInt8](JSONEncoder().encode(AgentProfile(shard))))
                try? await renewal.say(
                    .enrol(.init(secret: [], name: "mallory", signingRequest: SigningRequest(for: .generate()).der())))
                #expect(try await renewal.dismissal()?.code == .revoked)
                await renewal.leave()
                console.leave()
            }
        }

        /// A token for a name in use replaces its certificate: whoever holds the old one is out at once.
        @Test func replacedByAToken() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let shard = try ToyFederation.shards(agents: 1)[0].shard
                let thief = TestAgent(Mallory.name, shard, in: daemon)
                try await thief.start(daemon)
                _ = try await daemon.notes.line(with: "agent connected", "mallory")
                let console = try await Console(daemon)
                let tokens = try await console.ask(
                    .createTokens, Admin.NewTokens(role: "agent", count: 1, lifetime: 60, label: "mallory"), Admin.Tokens.self)
                console.leave()
                try await daemon.enrol("mallory", with: try #require(tokens.tokens.first), into: "second-mallory")
                guard case .failure(let error) = await thief.result(), case AgentError.turnedAway(.revoked, _) = error else {
                    Issue.record("the agent with the old certificate did not end")
                    return
                }
            }
        }
    }
}
