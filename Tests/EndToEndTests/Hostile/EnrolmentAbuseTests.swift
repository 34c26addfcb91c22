// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramTLS
import EngramTransport
import EngramWire
import Testing

extension Hostile {
    /// Newcomers with tokens that are not good, and newcomers that do not want to enrol.
    @Suite struct EnrolmentAbuseTests {
        private func refusal(_ daemon: TestDaemon, _ name: String, _ token: String) async throws -> String {
            do {
                try await daemon.enrol(name, with: token, into: "refused")
            } catch ClientError.sessionEnded(let end) {
                #expect(end.code == .enrolmentRefused)
                return end.text
            }
            Issue.record("\(name) was enrolled")
            return ""
        }

        @Test func badTokensEnrolNobody() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let tokens = try await daemon.tokens(2)
                try await daemon.enrol("first", with: tokens[0], into: "first")
                #expect(try await refusal(daemon, "second", tokens[0]).contains("already used by first"))
                #expect(try await refusal(daemon, "first", tokens[1]).contains("belongs to an active identity"))
                #expect(try await refusal(daemon, "operator", tokens[1]).contains("belongs to an active identity"))
                #expect(try await refusal(daemon, ".hidden", tokens[1]).contains("cannot be a name"))
                #expect(try await refusal(daemon, "no such thing", tokens[1]).contains("cannot be a name"))
                let expired = try await daemon.tokens(1, lifetime: 1e-6)
                #expect(try await refusal(daemon, "late", expired[0]).contains("expired"))
                let fingerprint = try daemon.authority().certificate.fingerprint
                let made = EnrolmentTicket(secret: [UInt8](repeating: 7, count: 16), fingerprint: fingerprint).text
                #expect(try await refusal(daemon, "guesser", made).contains("not known here"))
                // What was refused did not use the token up.
                try await daemon.enrol("second", with: tokens[1], into: "second")
            }
        }

        @Test func aForeignDaemonIsNotTrusted() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let ticket = try #require(EnrolmentTicket(try await daemon.tokens(1)[0]))
                let elsewhere = EnrolmentTicket(secret: ticket.secret, fingerprint: Digest(of: [1]).hex)
                await #expect(throws: TLSError.self) { try await daemon.enrol("agent", with: elsewhere.text, into: "agent") }
                // The secret was not shown to a daemon with another authority.
                try await daemon.enrol("agent", with: ticket.text, into: "agent")
            }
        }

        enum Wish: String, CaseIterable, Sendable {
            case request, offer, fetch, chunk, welcome, enrolTwice, badRequest, renewal, operatorRenewal

            func messages() throws -> [Message] {
                switch self {
                case .request: [.request(.init(stream: 1, verb: "status", body: []))]
                case .offer: [.offer(.init(stream: 1, run: RunID(checked: "r"), round: 1, size: 9, digest: Digest(of: [])))]
                case .fetch: [.fetch(.init(stream: 1, digest: Digest(of: []), offset: 0))]
                case .chunk: [.chunk(.init(stream: 1, isLast: true, bytes: [1]))]
                case .welcome:
                    [.welcome(.init(version: 1, heartbeatMillis: 1, peerName: "operator", serverTimeSeconds: 0))]
                case .enrolTwice:
                    [Message](repeating: .enrol(.init(secret: [1], name: "x", signingRequest: [0x30, 0])), count: 2)
                case .badRequest: [.enrol(.init(secret: [1], name: "x", signingRequest: [0x30, 0]))]
                case .renewal:
                    [.enrol(.init(secret: [], name: "x", signingRequest: try SigningRequest(for: .generate()).der()))]
                case .operatorRenewal:
                    [.enrol(.init(secret: [], name: "operator", signingRequest: try SigningRequest(for: .generate()).der()))]
                }
            }

            var code: RefusalCode {
                switch self {
                case .request, .offer, .fetch, .chunk, .welcome: .notPermitted
                case .enrolTwice, .badRequest, .renewal, .operatorRenewal: .enrolmentRefused
                }
            }
        }

        @Test func theAnonymousMayOnlyEnrol() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                for wish in Wish.allCases {
                    let intruder = try await Intruder(daemon.anonymous())
                    try await intruder.greet()
                    for message in try wish.messages() { try? await intruder.say(message) }
                    let refusal = try await intruder.dismissal()
                    let isTwice = wish == .enrolTwice && refusal?.code == .outOfOrder
                    #expect(refusal?.code == wish.code || isTwice, "\(wish): \(String(describing: refusal))")
                    await intruder.leave()
                }
            }
        }
    }
}
