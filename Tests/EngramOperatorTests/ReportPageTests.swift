// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramPictures
import EngramWire
import Foundation
import Testing

@testable import EngramFederation
@testable import EngramOperator

@Suite(.timeLimit(.minutes(5)))
struct ReportPageTests {
    private static let hostile = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>&amp;\u{2028}\"'"

    /// A small report as a program would write it, with holes where a run may have some.
    private func document(reason: String = "because", name: String = "constellation") throws -> Data {
        let tree: [String: Any] = [
            "schema": "engram.report/1", "seed": 3, "engine": "simulate", "recipe": ["name": name, "rounds": 2],
            "rounds": [
                [
                    "round": 1, "participants": 2, "lost": 1, "seconds": 0.5, "bytes_up": 10, "bytes_down": 20, "loss": 1.5,
                    "metric": ["cluster": 0.25], "clusters": [["id": "c1", "members": 2, "version": 1]],
                ]
            ],
            "agents": [
                [
                    "id": "a", "cluster": NSNull(), "truth": reason, "train": 1, "validation": 1, "test": 1,
                    "metric": [String: Double](),
                    "warm": [String: Double](), "cold": [String: Double](), "chosen": NSNull(),
                ]
            ],
            "summary": [
                "metric_name": "accuracy", "weighted": [String: Double](), "mean": ["deployed": 0.5],
                "worst_tenth": [String: Double](),
                "mean_warm": [String: Double](), "mean_cold": [String: Double](), "best_round_weighted": [String: Double](),
                "share_worse_than_local": NSNull(), "cluster_count": 1, "adjusted_rand_index": NSNull(),
            ],
            "lineage": [
                [
                    "round": 0, "event": "founded", "from": [String](), "to": ["c1"], "agents": [String](), "reason": reason,
                    "figures": [:],
                ]
            ],
            "cost": [
                "wall_seconds": 1.0, "bytes_up": 10, "bytes_down": 20, "coordinator_peak_rss_bytes": 1, "agent_peak_rss_bytes": 0,
                "model_parameters": 7,
            ], "models": [String](),
        ]
        return try JSONSerialization.data(withJSONObject: tree)
    }

    private func file(_ name: String, reason: String = "because") throws -> ReportFile {
        ReportFile(name: name, report: try Report(json: document(reason: reason)))
    }

    private func data(in page: String) throws -> [[String: Any]] {
        let from = try #require(page.range(of: "<script type=\"application/json\" id=\"reports\">"))
        let to = try #require(page[from.upperBound...].range(of: "</script>"))
        let found = try JSONSerialization.jsonObject(with: Data(page[from.upperBound..<to.lowerBound].utf8))
        return try #require(found as? [[String: Any]])
    }

    @Test("no string of a report or of its name can end an element or begin one")
    func hostileStrings() throws {
        let plain = try ReportPage.html([file("run")]), page = try ReportPage.html([file(Self.hostile, reason: Self.hostile)])
        for mark in ["<script", "</script", "<!--", "<img", "onerror=alert(2)>"] {
            let count = { (text: String) in text.components(separatedBy: mark).count }
            #expect(count(page) == count(plain), "\(mark)")
        }
        let read = try #require(try data(in: page).first)
        #expect(read["name"] as? String == Self.hostile)
        let lineage = try #require((read["report"] as? [String: Any])?["lineage"] as? [[String: Any]])
        #expect(lineage.first?["reason"] as? String == Self.hostile)
    }

    @Test("the page's policy names its own script and style sheet, and nothing else")
    func policy() throws {
        let page = try ReportPage.html([file("run")])
        for (open, close) in [("<script type=\"module\">", "</script>"), ("<style>", "</style>")] {
            let from = try #require(page.range(of: open))
            let to = try #require(page[from.upperBound...].range(of: close))
            let digest = Digest(of: Array(page[from.upperBound..<to.lowerBound].utf8))
            #expect(page.contains("'sha256-\(Data(digest.bytes).base64EncodedString())'"))
        }
        #expect(page.contains("default-src 'none'") && !page.contains("unsafe-inline"))
        #expect(!page.contains(" src=") && !page.contains(" href="))
    }

    @Test("several reports keep their order; files of one name are told apart by their folders")
    func severalReports() throws {
        let folder = try TemporaryFolder()
        for name in ["x", "y"] {
            try FileManager.default.createDirectory(atPath: folder.path + "/" + name, withIntermediateDirectories: true)
        }
        let paths = try ["x/report.json", "y/report.json", "other.json"].map { try folder.write([UInt8](document()), $0) }
        let files = try ReportFile.read(paths)
        #expect(files.map(\.name) == ["x/report", "y/report", "other"])
        #expect(try data(in: ReportPage.html(files)).map { $0["name"] as? String } == ["x/report", "y/report", "other"])
        #expect(try ReportFile.read([paths[0], paths[0]]).map(\.name) == ["x/report (1)", "x/report (2)"])
    }

    @Test("what is no report is refused, with the file and the reason")
    func refusals() throws {
        let folder = try TemporaryFolder()
        func problem(_ text: String) throws -> String {
            let path = try folder.write(text, "file.json")
            let error = #expect(throws: OperatorError.self) { try ReportFile.read([path]) }
            #expect(error?.status == .badInput)
            return error?.description.replacing(folder.path, with: "") ?? ""
        }
        #expect(try problem("not json").contains("/file.json: this is not a report: it is not a JSON object"))
        #expect(try problem("[1]").contains("it is not a JSON object"))
        #expect(try problem("{}").contains("it names no schema"))
        #expect(try problem("{\"schema\": \"engram.comparison/1\"}").contains("its schema is 'engram.comparison/1'"))
        #expect(try problem("{\"schema\": \"engram.report/1\"}").contains("'recipe' is missing at the top level"))
        let text = String(decoding: try document(), as: UTF8.self)
        #expect(
            try problem(text.replacing("\"members\":2", with: "\"members\":\"2\"")).contains("rounds.[0].clusters.[0].members"))
        #expect(throws: OperatorError.self) { try ReportFile.read([folder.path + "/none.json"]) }
        #expect(throws: OperatorError.self) { try ReportFile.read([]) }
        let path = try folder.write([UInt8](document()), "one.json")
        #expect(throws: OperatorError.self) { try ReportFile.read(Array(repeating: path, count: ReportFile.most + 1)) }
    }

    @Test("a file beyond the limit is not read")
    func largeFile() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("", "large.json")
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: UInt64(ReportFile.limit) + 1)
        try handle.close()
        let error = #expect(throws: OperatorError.self) { try ReportFile.read([path]) }
        #expect(error?.description.contains("at most \(ReportFile.limit) are read") == true)
    }

    @Test("the command writes the page, and says so to people and to programs")
    func command() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([UInt8](document()), "one.json"), output = folder.path + "/page.html"
        #expect(await EngramTool.execute(["report", "html", path, "--output", output]) == .success)
        #expect(try data(in: String(contentsOfFile: output, encoding: .utf8)).count == 1)
        #expect(await EngramTool.execute(["report", "html", path, "--json"]) == .usage)
        #expect(await EngramTool.execute(["report", "html", folder.path + "/none.json", "--output", output]) == .badInput)
    }

    @Test("clusters carry the figures of the next round, and null where nobody told")
    func clusterFigures() throws {
        let report = try Report(json: document())
        let text = String(decoding: try report.json(), as: UTF8.self)
        #expect(report.rounds[0].clusters[0].metric == nil && text.contains("\"metric\" : null"))
        let line = try RoundSummary.ClusterLine(id: #require(SlotID("c1")), members: 2, version: 1)
        #expect(Report.Cluster(line, evaluated: 0.5).metric == 0.5)
    }
}
