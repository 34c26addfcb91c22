// SPDX-License-Identifier: Apache-2.0
import EngramAgent
import EngramFederation
import EngramTLS
import EngramWire
import Foundation
import Testing

extension Hostile {
    /// Peers that take their time.
    @Suite struct SilentPeerTests {
        private static var short: WireLimits {
            var limits = WireLimits()
            limits.handshakeSeconds = 1
            limits.heartbeatSeconds = 0.5
            limits.missedHeartbeats = 2
            return limits
        }

        @Test func helloThatNeverComes() async throws {
            try await Honest.afterwards(TestDaemon(.tls, limits: Self.short)) { daemon in
                let quiet = try await Intruder(daemon.client("mallory", .agent))
                // A hello that comes byte by byte is none: this is its beginning, and all there will be.
                try await quiet.say([0, 0, 0, 0x29, 1, 1])
                let anonymous = try await Intruder(daemon.anonymous())
                let newcomer = try await Intruder(daemon.anonymous())
                try await newcomer.greet()
                #expect(try await quiet.dismissal()?.code == .handshakeTimeout)
                #expect(try await anonymous.dismissal()?.code == .handshakeTimeout)
                let refusal = try await newcomer.dismissal()
                #expect(refusal?.code == .handshakeTimeout && refusal?.text == "no enrolment in time")
                for intruder in [quiet, anonymous, newcomer] { await intruder.leave() }
            }
        }

        @Test func heartbeatsThatNobodyAnswers() async throws {
            try await Honest.afterwards(TestDaemon(.tls, limits: Self.short)) { daemon in
                let shard = try ToyFederation.shards(agents: 1)[0].shard
                let mallory = try await Mallory(daemon, shard)
                mallory.intruder.answersPings = false
                // Half a frame is no sign of life either.
                try await mallory.intruder.say([0, 0, 0, 0x10, 1, 4])
                #expect(try await mallory.intruder.dismissal()?.code == .silent)
                _ = try await daemon.notes.line(with: "agent left", "mallory", "unanswered")
                await mallory.leave()
            }
        }

        /// Two agents with one certificate: the newer one stays, the older one is told and does not come back.
        @Test func twoAgentsWithOneIdentity() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let shards = try ToyFederation.shards(agents: 2)
                let first = TestAgent(Mallory.name, shards[0].shard, in: daemon)
                try await first.start(daemon)
                _ = try await daemon.notes.line(with: "agent connected", "mallory")
                let second = TestAgent(Mallory.name, shards[0].shard, in: daemon, folder: "second")
                try await second.start(daemon)
                guard case .failure(let error) = await first.result(), case AgentError.turnedAway(.replaced, _) = error else {
                    Issue.record("the first agent did not end, or for another reason")
                    return
                }
                // The one that stayed is served.
                let console = try await Console(daemon)
                let recipe = try ToyFederation.recipe("fedavg", agents: 1, rounds: 2)
                try await console.start(recipe, as: "alone")
                #expect(try await console.wait(for: "alone").state == "finished")
                #expect(
                    try await console.report(of: "alone").models == Honest.models(recipe, [(Mallory.name, shards[0].shard)]))
                console.leave()
                await second.stop()
            }
        }
    }
}
