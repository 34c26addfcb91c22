// SPDX-License-Identifier: Apache-2.0
import EngramSockets
import EngramStatus
import Foundation
import Testing

/// Clients that mean harm, or know no better: none of them traps the server, holds it, or makes it grow.
@Suite(.timeLimit(.minutes(5))) struct HostileHTTPTests {
    private func impatient() -> StatusLimits {
        var limits = StatusLimits()
        limits.idleSeconds = 1
        limits.lingerSeconds = 0.1
        return limits
    }

    /// It answers, once it is asked in time: where all processors are busy, this client may be late for an impatient server too.
    private func lives(_ server: RunningServer) async throws {
        while true {
            guard let reply = try? await server.get("/healthz") else { continue }
            return #expect(reply.status == 200)
        }
    }

    @Test(arguments: [
        "\u{0}\u{1}\u{2}\r\n\r\n", "GARBAGE\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\r\n\r\n\r\n\r\n",
        "GET / HTTP/1.1\r\nHost localhost\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\n\u{0}: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}",
    ])
    func garbageIsRefused(_ bytes: String) async throws {
        try await withServer(impatient()) { server in
            let client = try await server.client()
            await client.sendRegardless(bytes)
            client.finishWriting()
            let answer = String(decoding: try await client.rest(), as: UTF8.self)
            #expect(!answer.contains(" 200 "), "\(answer.prefix(100))")
            try await lives(server)
        }
    }

    @Test func longHeadersEndTheConnection() async throws {
        try await withServer(impatient()) { server in
            let requests = [
                "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "a", count: 1 << 20))\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\n\(String(repeating: "X: a\r\n", count: 100_000))\r\n",
                "GET / HTTP/1.1\r\n\(String(repeating: "b", count: 1 << 20)): a\r\n\r\n",
                "GET /\(String(repeating: "c", count: 1 << 20)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
            ]
            for request in requests {
                let client = try await server.client()
                await client.sendRegardless(request)
                let answer = String(decoding: try await client.rest(), as: UTF8.self)
                #expect(!answer.contains(" 200 "))
                try await lives(server)
            }
        }
    }

    @Test func slowRequestsRunOutOfTime() async throws {
        try await withServer(impatient()) { server in
            let client = try await server.client()
            // Byte by byte, always a bit more: time is counted from the beginning, not from the last byte.
            let stream = client.stream
            let sending = _Concurrency.Task {
                for byte in "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "y", count: 4000))" {
                    guard (try? await stream.write(Array(String(byte).utf8))) != nil else { return }
                    try? await _Concurrency.Task.sleep(for: .milliseconds(5))
                }
            }
            #expect(!String(decoding: try await client.rest(), as: UTF8.self).contains(" 200 "))
            sending.cancel()
            await sending.value
            try await lives(server)
        }
    }

    @Test func silentConnectionsGiveTheirPlacesBack() async throws {
        var limits = impatient()
        limits.connections = 4
        try await withServer(limits) { server in
            var silent: [RawClient] = []
            for _ in 0..<12 { silent.append(try await server.client()) }
            // Waits in the queue until those before it were sent away.
            try await lives(server)
            for client in silent { #expect(try await client.rest().isEmpty) }
        }
    }

    @Test func bodiesAreNotWaitedFor() async throws {
        var limits = StatusLimits.patient
        limits.lingerSeconds = 0.2
        try await withServer(limits) { server in
            let client = try await server.client()
            try await client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\nx")
            #expect(try await client.reply().status == 413)
            #expect(try await client.rest().isEmpty)
            try await lives(server)
        }
    }

    @Test func halfClosedConnectionsAreAnswered() async throws {
        try await withServer { server in
            let client = try await server.client()
            try await client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            client.finishWriting()
            #expect(try await client.reply().text == "ok\n")
            #expect(try await client.rest().isEmpty)
        }
    }

    @Test func manyRequestsInOneGoAreAnsweredInOrder() async throws {
        try await withServer { server in
            let client = try await server.client()
            let one = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
            try await client.send(String(repeating: one, count: 200))
            for _ in 0..<200 {
                #expect(try await client.reply().status == 200)
                #expect(try await client.reply().status == 404)
            }
        }
    }

    @Test func otherNamesAreSentAway() async throws {
        try await withServer(names: ["Status.Example.ORG"]) { server in
            for host in [
                "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "a b", "[::1", "localhost:99999",
            ] {
                let client = try await server.client()
                try await client.send("GET /api/v1/snapshot HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                let answer = String(decoding: try await client.rest(), as: UTF8.self)
                #expect(answer.hasPrefix("HTTP/1.1 421") || answer.hasPrefix("HTTP/1.1 400"), "\(host): \(answer.prefix(40))")
            }
            for host in ["localhost", "LOCALHOST:7480", "127.0.0.1:7480", "[::1]:7480", "10.1.2.3", "status.example.org:443"] {
                let client = try await server.client()
                try await client.send("GET /healthz HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(try await client.reply().status == 200, "\(host)")
            }
        }
    }
}
