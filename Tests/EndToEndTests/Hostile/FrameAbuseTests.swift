// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramLearning
import EngramTLS
import EngramWire
import Foundation
import Testing

extension Hostile {
    /// Peers with a good certificate that break the protocol.
    @Suite struct FrameAbuseTests {
        struct Break: Sendable {
            let name: String
            var role = SessionRole.agent
            var greets = true
            let bytes: [UInt8]
            let code: RefusalCode

            init(_ name: String, _ bytes: [UInt8], _ code: RefusalCode, role: SessionRole = .agent, greets: Bool = true) {
                self.name = name
                self.bytes = bytes
                self.code = code
                self.role = role
                self.greets = greets
            }

            init(_ name: String, _ message: Message, _ code: RefusalCode, role: SessionRole = .agent, greets: Bool = true) throws
            {
                self.init(name, try MessageCodec(limits: WireLimits()).encoded(message), code, role: role, greets: greets)
            }
        }

        private static func frame(_ kind: UInt8, version: UInt8 = 1, flags: UInt16 = 0, stream: UInt32 = 0, _ payload: [UInt8])
            -> [UInt8]
        {
            Frame(version: version, kind: kind, flags: flags, stream: stream, payload: payload).encoded()
        }

        private static func breaks() throws -> [Break] {
            let hello = Message.hello(.init(minVersion: 1, maxVersion: 1, software: "again", profile: []))
            let future = Message.hello(.init(minVersion: 7, maxVersion: 9, software: "future", profile: []))
            let strange = Message.hello(
                .init(minVersion: 1, maxVersion: 1, software: "strange", profile: Array(#"{"inputs":-1}"#.utf8)))
            let vast = AgentProfile(task: .classes, inputs: .max, classes: .max, train: .max, validation: 0, test: 0, truth: nil)
            let boast = Message.hello(
                .init(minVersion: 1, maxVersion: 1, software: "boast", profile: [UInt8](try JSONEncoder().encode(vast))))
            let nested = Message.hello(
                .init(
                    minVersion: 1, maxVersion: 1, software: "nested",
                    profile: [UInt8](repeating: UInt8(ascii: "["), count: 60_000)))
            let request = Message.request(.init(stream: 1, verb: Verb.createTokens.rawValue, body: Array("{}".utf8)))
            let offer = Message.offer(.init(stream: 1, run: RunID(checked: "r"), round: 1, size: 9, digest: Digest(of: [])))
            let fetch = Message.fetch(.init(stream: 0x7FFF_FFFF, digest: Digest(of: []), offset: 0))
            let ping: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1]
            return [
                Break("a length of 4 GiB", [0xFF, 0xFF, 0xFF, 0xFF, 1, 4, 0, 0], .overLimit),
                Break("a length over the kind's limit", [0x00, 0x01, 0x00, 0x00, 1, 4, 0, 0, 0, 0, 0, 0], .overLimit),
                Break("a length below the header's", [0, 0, 0, 3, 1, 4, 0], .malformed),
                Break("an unknown kind", frame(200, []), .unknownKind),
                Break("another version", frame(4, version: 9, ping), .unsupportedVersion),
                Break("unknown flags", frame(4, flags: 0x80, ping), .malformed),
                Break("a stream where none belongs", frame(4, stream: 5, ping), .malformed),
                Break("bytes after the last field", frame(4, ping + [0]), .malformed),
                Break(
                    "an upload of 8 EiB",
                    frame(33, stream: 1, [0, 1, 0x72, 0, 0, 0, 1, 0x7F] + [UInt8](repeating: 0xFF, count: 39)), .overLimit),
                Break("a blob from the offset 2^64 on", frame(32, stream: 1, [UInt8](repeating: 0xFF, count: 40)), .overLimit),
                Break("half a payload", frame(4, [0, 0]), .malformed),
                Break("text that is not UTF-8", frame(6, [0, 2, 0xFF, 0xFE]), .malformed),
                try Break("a second hello", hello, .outOfOrder),
                try Break("a fetch before hello", fetch, .outOfOrder, greets: false),
                try Break("a request before hello", request, .outOfOrder, role: .operator, greets: false),
                try Break("no version in common", future, .unsupportedVersion, greets: false),
                try Break("a senseless profile", strange, .malformed, greets: false),
                try Break("a profile of endless numbers", boast, .malformed, greets: false),
                try Break("a profile of endless brackets", nested, .malformed, greets: false),
                try Break("an agent that asks like an operator", request, .notPermitted),
                try Break("an operator that offers an upload", offer, .notPermitted, role: .operator),
                try Break(
                    "an agent that sends work", .withdraw(.init(run: RunID(checked: "r"), round: 1, text: "")), .notPermitted),
                try Break("a chunk of no transfer", .chunk(.init(stream: 3, isLast: true, bytes: [1])), .outOfOrder),
                try Break("a refusal that the daemon hears", .refuse(.init(code: .fault, text: "hm")), .none),
            ]
        }

        @Test func everyBreakIsRefusedWithItsReason() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let shard = try ToyFederation.shards(agents: 1)[0].shard
                let profile = [UInt8](try JSONEncoder().encode(AgentProfile(shard)))
                for wrong in try Self.breaks() {
                    let role = wrong.role
                    let intruder = try await Intruder(
                        daemon.client(role == .agent ? "mallory" : "operator", role == .agent ? .agent : .operator))
                    if wrong.greets { try await intruder.greet(role == .agent ? profile : []) }
                    try? await intruder.say(wrong.bytes)
                    let refusal = try await intruder.dismissal()
                    // The last one is not answered but obeyed.
                    #expect((refusal?.code ?? .none) == wrong.code, "\(wrong.name): \(String(describing: refusal))")
                    if let refusal { #expect(!refusal.text.isEmpty, "\(wrong.name)") }
                    await intruder.leave()
                }
            }
        }

        /// One frame too many under way.
        @Test func floodsOfRequestsAndFetchesAreBounded() async throws {
            var limits = WireLimits()
            limits.maxRequests = 2
            try await Honest.afterwards(TestDaemon(.tls, limits: limits)) { daemon in
                let console = try await Console(daemon)
                try await console.start(ToyFederation.recipe("fedavg", agents: 9), as: "waiting")
                let flood = try await Intruder(daemon.client("operator", .operator))
                try await flood.greet()
                for stream in UInt32(1)...3 {
                    try? await flood.say(
                        .request(.init(stream: stream, verb: Verb.watchRun.rawValue, body: Array(#"{"run":"waiting"}"#.utf8))))
                }
                #expect(try await flood.dismissal()?.code == .busy)
                await flood.leave()
                console.leave()
            }
        }
    }
}
