// SPDX-License-Identifier: Apache-2.0
import EngramStatus
import Foundation
import Testing

/// The alerts and the dashboard that go with the metrics name what there is.
@Suite(.timeLimit(.minutes(5))) struct DeployTests {
    private static let rules = "deploy/prometheus/engram.rules.yml"
    private let labels = Dictionary(uniqueKeysWithValues: MetricFamily.all.map { ($0.name, Set($0.labels)) })

    /// What an expression names that is not there, metrics and the labels that they are selected by.
    private func unknown(_ expression: String) -> [String] {
        var unknown: [String] = []
        for match in expression.matches(of: /(engram_[a-z_]+)(?:\{([^}]*)\})?/) {
            guard let known = labels[String(match.1)] else {
                unknown.append(String(match.1))
                continue
            }
            for label in (match.2 ?? "").matches(of: /([a-z_]+)\s*(?:=~|!~|!=|=)/) where !known.contains(String(label.1)) {
                if label.1 != "instance" && label.1 != "job" { unknown.append("\(match.1){\(label.1)}") }
            }
        }
        return unknown
    }

    @Test func theCheckFindsWhatIsNotThere() {
        #expect(
            unknown("rate(engram_nothing[5m]) / engram_rounds_total{run=\"a\", row=\"b\"}") == [
                "engram_nothing", "engram_rounds_total{row}",
            ])
    }

    @Test func alertsNameMetricsThatExist() throws {
        let expressions = try Samples.text(Self.rules).matches(of: /expr: (.*)/).map { String($0.1) }
        #expect(expressions.count > 5)
        for expression in expressions {
            #expect(unknown(expression) == [], "\(expression)")
            #expect(expression.contains("engram"))
        }
    }

    @Test func theDashboardNamesMetricsThatExist() throws {
        let data = Data(try Samples.text("deploy/grafana/engram.json").utf8)
        let board = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let panels = try #require(board["panels"] as? [[String: Any]])
        #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
        for panel in panels {
            let targets = try #require(panel["targets"] as? [[String: Any]])
            #expect(!targets.isEmpty && (panel["title"] as? String)?.isEmpty == false)
            for target in targets {
                let expression = try #require(target["expr"] as? String)
                #expect(unknown(expression) == [] && expression.contains("engram_"), "\(expression)")
            }
        }
        let text = String(decoding: data, as: UTF8.self)
        #expect(unknown(text.matches(of: #/label_values\(([^,]*),/#).map { String($0.1) }.joined(separator: " ")) == [])
    }

    /// Prometheus' own check, where it is installed.
    @Test(.enabled(if: Self.promtool != nil, "promtool is not installed (Debian: prometheus)")) func promtoolAgrees() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.promtool))
        process.arguments = ["check", "rules", Samples.repository + "/" + Self.rules]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private static let promtool = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map {
        $0 + "/promtool"
    }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// docs/status.md has every metric and no other.
    @Test func everyMetricIsDocumented() throws {
        let rows = try Samples.text("docs/status.md").matches(of: /\n\| `(engram_[a-z_]+)` \| (\w+) \| ([^|]*)\|/)
        #expect(rows.map { String($0.1) } == MetricFamily.all.map(\.name))
        #expect(rows.map { String($0.2) } == MetricFamily.all.map(\.kind.rawValue))
        for (row, family) in zip(rows, MetricFamily.all) {
            let named = row.3.matches(of: /`(\w+)`/).map { String($0.1) }
            #expect(named == family.labels, "\(family.name)")
        }
    }
}
