// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramWire
import Foundation
import Testing

@testable import EngramStatus

/// `/metrics`: what Prometheus accepts, by its naming conventions, with a bounded number of samples.
@Suite(.timeLimit(.minutes(5))) struct MetricsTests {
    private func page(_ change: (inout StatusSnapshot) -> Void = { _ in }) throws -> MetricsPage {
        var snapshot = try StatusSnapshot(json: Samples.snapshot())
        change(&snapshot)
        let scene = MetricsScene(
            snapshot: snapshot, checks: [ReadinessCheck("store", "full")], traffic: .init(answers: [200: 3, 404: 1], readers: 2))
        return try MetricsPage(parsing: MetricsText(scene).text)
    }

    @Test func figuresAreThoseOfTheSnapshot() throws {
        let page = try page()
        #expect(page["engram_agents_connected"] == 23)
        #expect(page["engram_rounds_total", ["run": "clothes"]] == 40)
        #expect(page["engram_rounds_planned", ["run": "clothes"]] == 60)
        #expect(page["engram_run_phase", ["run": "clothes", "phase": "collecting"]] == 1)
        #expect(page["engram_run_phase", ["run": "clothes", "phase": "folding"]] == 0)
        #expect(page["engram_runs", ["state": "running"]] == 1)
        #expect(page["engram_uploads_refused_total", ["run": "clothes"]] == 1)
        #expect(page["engram_ready", ["check": "store"]] == 0)
        #expect(page["engram_http_requests_total", ["code": "404"]] == 1)
        #expect(page["engram_round_uploads", ["run": "clothes"]] == 19)
        let metric = try #require(page["engram_metric", ["run": "clothes", "row": "deployed"]])
        #expect(metric > 0.5 && metric < 1)
        #expect(page["engram_privacy_epsilon", ["run": "clothes"]] == nil, "no sample where there is no value")
    }

    @Test func namesFollowTheConventions() throws {
        let page = try page()
        #expect(page.families.keys.sorted() == MetricFamily.all.map(\.name).sorted())
        #expect(Set(MetricFamily.all.map(\.name)).count == MetricFamily.all.count)
        for (name, family) in page.families {
            #expect(name.hasPrefix("engram_") && family.help.hasSuffix("."))
            #expect((family.kind == "counter") == name.hasSuffix("_total"), "\(name)")
            #expect(name.wholeMatch(of: /[a-z_]+/) != nil)
        }
    }

    @Test func labelsAreBounded() throws {
        let allowed: Set = ["version", "check", "state", "run", "phase", "row", "cluster", "code"]
        #expect(MetricFamily.all.allSatisfy { Set($0.labels).isSubset(of: allowed) })
        let few = try page().samples.count
        // A thousand more agents are not one sample more.
        let many = try page { snapshot in
            let agent = snapshot.runs[1].agents[0]
            for number in 0..<1000 {
                var other = agent
                other.id = AgentID(checked: "more-\(number)")
                snapshot.runs[1].agents.append(other)
                snapshot.runs[1].phase.awaited.append(other.id)
            }
        }
        #expect(many.samples.count == few)
        #expect(many["engram_run_agents", ["run": "clothes"]] == 1024)
    }

    @Test func oddTextsAndNumbersStayOnTheirLine() throws {
        let page = try page { snapshot in
            snapshot.daemon.version = "1\\2 \"three\"\nfour"
            snapshot.runs[1].history[39].loss = .infinity
            snapshot.runs[1].epsilon = 1e300
        }
        #expect(page["engram_build_info", ["version": "1\\2 \"three\"\nfour"]] == 1)
        #expect(page["engram_training_loss", ["run": "clothes"]] == .infinity)
        #expect(page["engram_privacy_epsilon", ["run": "clothes"]] == 1e300)
    }

    @Test func theParserIsStrict() {
        let broken = [
            "a 1\n", "# TYPE a gauge\na 1", "# HELP a x\n# TYPE a gauge\na{b=c} 1\n", "# HELP a x\n# TYPE a gauge\na 1\na 2\n",
            "# HELP a x\n# TYPE a thing\n", "# HELP a x\n# TYPE a gauge\na one\n", "# HELP a x\n# TYPE a gauge\na{b=\"c} 1\n",
            "# HELP a x\n# TYPE a gauge\n1a 1\n", "# HELP a x\n# TYPE b gauge\n",
        ]
        for text in broken { #expect(throws: MetricsPage.Malformed.self, "\(text)") { try MetricsPage(parsing: text) } }
    }

    @Test func theServerSendsThem() async throws {
        try await withServer { server in
            let reply = try await server.get("/metrics")
            #expect(reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(try MetricsPage(parsing: reply.text)["engram_agents_connected"] == 23)
        }
    }
}
