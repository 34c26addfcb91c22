// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramTLS
import EngramTransport
import EngramWire
import Foundation
import Testing

extension Hostile {
    /// Operators' mistakes: each gets a status and a sentence that says what to do.
    @Suite struct VerbAbuseTests {
        private func answer(
            _ client: CoordinatorClient, _ verb: String, _ body: String
        ) async throws -> (status: Int, text: String) {
            let (status, bytes) = try await client.request(verb, Array(body.utf8))
            return (Int(status), (try? JSONDecoder().decode(Admin.Failure.self, from: Data(bytes)).error) ?? "")
        }

        private static let mistakes: [(verb: String, body: String, status: Int, text: String)] = [
            ("run.start", #"{"recipe":"preset: fedavg\nroudns: 3"}"#, 400, "did you mean 'rounds'?"),
            ("run.start", #"{"recipe":"optimiser: {ratte: 0.1}"}"#, 400, "did you mean 'rate'?"),
            ("run.start", #"{"recipe":"preset: constelation"}"#, 400, "did you mean 'constellation'?"),
            ("run.start", #"{"recipe":"rounds: many"}"#, 400, "rounds"),
            ("run.start", #"{"recipe":"rounds: -1"}"#, 400, "not allowed"),
            ("run.start", #"{"recipe":"rounds: [1"}"#, 400, "not valid YAML"),
            ("run.start", #"{"recipe":"rounds: 1","run":"../../etc"}"#, 400, "not what that verb takes"),
            ("run.start", #"{"run":"nothing"}"#, 400, "not what that verb takes"),
            ("run.start", #"{"recipe":"rounds: 1","run":"taken"}"#, 409, "choose another id"),
            ("run.show", #"{"run":"lost"}"#, 404, "engram run ls"),
            ("run.cancel", #"{"run":"lost"}"#, 404, "engram run ls"),
            ("run.watch", #"{"run":"lost"}"#, 404, "engram run ls"),
            ("run.report", #"{"run":"lost"}"#, 404, "engram run ls"),
            ("cluster.show", #"{"run":"taken","cluster":"c9"}"#, 404, "it has"),
            ("model.export", #"{"run":"taken","cluster":"c9"}"#, 404, "it has"),
            ("cluster.explain", #"{"run":"taken","agent":"nobody"}"#, 404, "engram agent ls"),
            ("agent.revoke", #"{"name":"nobody","reason":"x"}"#, 404, "engram agent ls"),
            ("token.create", #"{"role":"daemon","count":1,"lifetime":60,"label":""}"#, 400, "not for 'daemon'"),
            ("token.create", #"{"role":"agent","count":1000000000,"lifetime":60,"label":""}"#, 400, "1 to 10000"),
            ("token.create", #"{"role":"agent","count":1,"lifetime":-5,"label":""}"#, 400, "at most a year"),
            ("run.strat", "{}", 404, "nearest: run.start"),
            ("run.show", "{", 400, "not what that verb takes"),
            ("run.show", String(repeating: "[", count: 100_000), 400, "not what that verb takes"),
        ]

        @Test func everyMistakeIsExplained() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let client = CoordinatorClient(
                    try await daemon.client("operator", .operator).connect(), role: .operator, software: "test",
                    limits: WireLimits())
                async let running = client.run()
                _ = try await client.opened()
                #expect(
                    try await answer(client, "run.show", "{}") == (
                        404, "there is no run yet; start one: engram run start --recipe constellation"
                    ))
                #expect(
                    try await answer(client, "run.start", #"{"recipe":"rounds_close: {agents: 50}","run":"taken"}"#).status == 200
                )
                for mistake in Self.mistakes {
                    let (status, text) = try await answer(client, mistake.verb, mistake.body)
                    #expect(status == mistake.status, "\(mistake.verb) \(mistake.body.prefix(80)): \(text)")
                    #expect(text.contains(mistake.text), "\(mistake.verb) \(mistake.body.prefix(80)): \(text)")
                }
                // Aliases that would spell a billion values.
                var bomb = #"a: &a [x,x,x,x,x,x,x,x,x]"#
                for (name, last) in zip("bcdefghi", "abcdefgh") {
                    bomb += "\\n\(name): &\(name) [" + [String](repeating: "*\(last)", count: 9).joined(separator: ",") + "]"
                }
                let (status, text) = try await answer(client, "run.start", #"{"recipe":"\#(bomb)"}"#)
                #expect(status == 400 && text.contains("values"), "\(text)")
                await #expect(throws: ClientError.self) {
                    try await client.request("run.start", [UInt8](repeating: 0x20, count: 9 << 20))
                }
                client.leave()
                _ = await running
            }
        }
    }
}
