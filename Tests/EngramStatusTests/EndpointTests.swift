// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramStatus
import Foundation
import Logging
import Testing

/// Each path, over a socket.
@Suite(.timeLimit(.minutes(5))) struct EndpointTests {
    @Test func snapshotIsWhatTheSourceShows() async throws {
        try await withServer { server in
            let reply = try await server.get("/api/v1/snapshot")
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json; charset=utf-8")
            #expect(reply.headers["cache-control"] == "no-store")
            #expect(try StatusSnapshot(json: Data(reply.body)) == StatusSnapshot(json: Samples.snapshot()))
            #expect(try await server.get("/api/v1/snapshot?x=1").status == 200)
        }
    }

    @Test func thePageLoadsNothingFromElsewhere() async throws {
        try await withServer { server in
            let page = try await server.get("/")
            #expect(page.status == 200)
            #expect(page.headers["content-type"] == "text/html; charset=utf-8")
            let policy = try #require(page.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"))
            #expect(!policy.contains("unsafe") && !policy.contains("*"))
            // All that it names is served, and nothing with a host in its name. An empty icon spares a request, # stays on the page.
            var links = page.text.matches(of: /(?:src|href)="([^"]*)"/).map { String($0.1) }
            links.removeAll { $0 == "data:," || $0.hasPrefix("#") }
            #expect(links.contains { $0.hasPrefix("/assets/") })
            var seen: Set<String> = []
            while let link = links.popLast() {
                guard seen.insert(link).inserted else { continue }
                #expect(link.hasPrefix("/") && !link.hasPrefix("//"), "\(link)")
                let reply = try await server.get(link)
                #expect(reply.status == 200, "\(link)")
                if link.hasSuffix(".js") {
                    links += reply.text.matches(of: /from "\.\/(\w+\.js)"/).map { "/assets/" + $0.1 }
                }
            }
            #expect(seen.contains("/assets/river.js"))
            #expect(
                page.text.firstMatch(of: /<script(?![^>]*src=)|style="|onclick|onload/) == nil, "nothing that the policy forbids")
        }
    }

    @Test func whatAClientHasIsNotSentAgain() async throws {
        try await withServer { server in
            let first = try await server.get("/")
            let tag = try #require(first.headers["etag"])
            #expect(first.headers["cache-control"] == "no-cache")
            let second = try await server.get("/", "If-None-Match: W/\"other\", \(tag)")
            #expect(second.status == 304 && second.body.isEmpty)
            #expect(try await server.get("/", "If-None-Match: \"other\"").status == 200)
        }
    }

    @Test func reportsAreFoundByTheNameOfTheRun() async throws {
        try await withServer { server in
            let report = try await server.get("/api/v1/runs/clothes/report")
            #expect(report.status == 200 && report.text == "{\"schema\":\"engram.report/1\"}")
            for path in ["none/report", "clothes/other", "clothes", "../report", "clothes/report/", "%2e%2e/report", "/report"] {
                #expect(try await server.get("/api/v1/runs/" + path).status == 404, "\(path)")
            }
        }
    }

    @Test func readinessSaysWhatFails() async throws {
        var limits = StatusLimits.patient
        limits.refreshSeconds = 0
        try await withServer(limits) { server in
            #expect(try await server.get("/healthz").text == "ok\n")
            #expect(try await server.get("/readyz").status == 200)
            server.source.fail("the disk is full")
            let reply = try await server.get("/readyz")
            #expect(reply.status == 503)
            #expect(reply.text.contains("\"ready\":false") && reply.text.contains("the disk is full"))
            #expect(try await server.get("/healthz").status == 200, "the process lives all the same")
            #expect(try await server.get("/metrics").text.contains("engram_ready{check=\"store\"} 0\n"))
        }
    }

    @Test func headHasTheHeadersAndNoBody() async throws {
        try await withServer { server in
            let client = try await server.client()
            for path in ["/", "/api/v1/snapshot", "/metrics", "/api/v1/events", "/nowhere"] {
                try await client.send("HEAD \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                let reply = try await client.reply(toHead: true)
                #expect(reply.status == (path == "/nowhere" ? 404 : 200), "\(path)")
                #expect(reply.headers["content-length"] != nil)
            }
            // Had a body come, this answer would not begin where it does.
            try await client.send("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            #expect(try await client.reply().text == "ok\n")
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
    func nothingCanBeChanged(_ method: String) async throws {
        var limits = StatusLimits.patient
        limits.lingerSeconds = 0.05
        try await withServer(limits) { server in
            for path in ["/", "/api/v1/snapshot", "/metrics", "/nowhere"] {
                let client = try await server.client()
                try await client.send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
                let reply = try await client.reply()
                #expect(reply.status == 405 && reply.headers["allow"] == "GET, HEAD")
                #expect(reply.headers["connection"] == "close")
                #expect(try await client.rest().isEmpty, "the connection ends")
            }
        }
    }

    @Test func manyQuestionsAreFewLooks() async throws {
        var limits = StatusLimits.patient
        limits.refreshSeconds = 3600
        try await withServer(limits) { server in
            let client = try await server.client()
            for _ in 0..<50 {
                try await client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await client.reply().status == 200)
            }
            #expect(server.source.looks == 1)
        }
    }

    @Test func aTakenPortIsSaid() async throws {
        try await withServer { server in
            let second = StatusService(
                source: try MadeUpSource(), host: "127.0.0.1", port: Int(server.port), names: [], limits: StatusLimits(),
                log: .init(label: "second", factory: { _ in SwiftLogNoOpLogHandler() })
            ) { _ in }
            await #expect {
                try await second.run()
            } throws: { error in
                "\(error)".contains("cannot listen on 127.0.0.1:\(server.port)") && "\(error)".contains("--status off")
            }
        }
    }
}
