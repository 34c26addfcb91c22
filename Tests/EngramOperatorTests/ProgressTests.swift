// SPDX-License-Identifier: Apache-2.0
import EngramLocks
import EngramOperator
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5)))
struct ProgressTests {
    private func summary(_ round: Int, metric: Double? = nil, seconds: Double = 2, clusters: Int = 1) -> RoundSummary {
        var summary = RoundSummary(
            round: round, participants: 6, lost: 0, loss: 0.5, entering: metric.map { [.cluster: $0, .global: $0 - 0.1] } ?? [:],
            clusters: (1...clusters).compactMap { number in
                SlotID("c\(number)").map { RoundSummary.ClusterLine(id: $0, members: 3, version: round) }
            })
        summary.seconds = seconds
        summary.bytesUp = 1_500_000
        summary.bytesDown = 800
        return summary
    }

    @Test("the line says round, metric, clusters, bytes and time left")
    func line() {
        var text = ProgressText(rounds: 10, metricName: "accuracy")
        #expect(text.text == "waiting for agents")
        text.add(summary(1))
        text.add(summary(2, metric: 0.75, clusters: 2))
        #expect(
            text.text
                == "round 2/10  accuracy cluster 0.750 global 0.650  loss 0.500  2 clusters  up 3.0 MB down 1.6 kB  ETA 16 s")
        var noisy = summary(3)
        noisy.epsilon = 1.234
        text.add(noisy)
        #expect(text.text.contains("1 cluster  epsilon 1.23  up"))
        text.add(summary(11, metric: 0.8))
        #expect(text.text.hasPrefix("final evaluation  accuracy cluster 0.800"))
        #expect(!text.text.contains("ETA"))
    }

    @Test("time left follows the last rounds, not the first")
    func remaining() {
        var text = ProgressText(rounds: 100, metricName: "accuracy")
        text.add(summary(1, seconds: 1000))
        for round in 2...12 { text.add(summary(round, seconds: 1)) }
        #expect(text.remaining == 88)
    }

    private func written(_ style: LiveProgress.Style) -> String {
        let out = Mutex("")
        let live = LiveProgress(rounds: 3, metricName: "accuracy", style: style) { text in out.withLock { $0 += text } }
        live.add(summary(1))
        live.note("c1 split")
        live.add(summary(2))
        live.finish()
        return out.withLock { $0 }
    }

    @Test("a pipe gets plain lines")
    func lines() {
        let text = written(.lines)
        #expect(!text.contains("\u{1B}") && !text.contains("\r"))
        #expect(text.split(separator: "\n").count == 3)
    }

    @Test("a terminal gets one line, drawn again, never wider than it")
    func redrawn() {
        let text = written(.redrawn(columns: 40))
        #expect(text.contains("\r\u{1B}[2Kc1 split\n"))
        #expect(text.hasSuffix("\n"))
        for drawn in text.split(separator: "\r") {
            #expect(drawn.replacing("\u{1B}[2K", with: "").prefix { $0 != "\n" }.count < 40)
        }
        #expect(written(.silent).isEmpty)
    }

    @Test("a panel is drawn over itself line by line, notes stand above it")
    func panel() {
        let look = TerminalLook(columns: 60, rows: 24, hasColour: false, sparkline: .blocks)
        let pieces = Mutex<[String]>([])
        let live = LiveProgress(rounds: 9, metricName: "metric", style: .panel { look }) { text in
            pieces.withLock { $0.append(text) }
        }
        live.stage("waiting for agents")
        live.begin(with: [summary(1), summary(2, metric: 0.5)])
        live.add(summary(3, metric: 0.75, clusters: 2))
        live.note("c1 split")
        live.finish()
        let written = pieces.withLock { $0 }
        #expect(written.count == 4 && written[3] == "\n")
        #expect(
            !written[1].contains("\u{1B}[5A") && written[2].contains("\r\u{1B}[5A")
                && written[2].contains("c1 split\u{1B}[K\nround 3/9"))
        // Never the whole screen, never a whole line at once.
        #expect(written.allSatisfy { !$0.contains("\u{1B}[2K") && !$0.contains("\u{1B}[2J") })
        #expect(written[1].contains("  cluster    ▁█ 0.750") && written[1].contains("clusters  ▁▁█ 2"))
    }

    @Test("a panel fits its terminal, and has colour only where it may")
    func panelSizes() {
        var panel = ProgressPanel(rounds: 300, metricName: "metric")
        #expect(panel.lines(.init(columns: 100, rows: 30, hasColour: true, sparkline: .blocks)) == ["waiting for agents"])
        for round in 1...300 { panel.add(summary(round, metric: Double(round) / 400)) }
        for columns in [20, 39, 40, 80, 200] {
            let lines = panel.lines(.init(columns: columns, rows: 24, hasColour: false, sparkline: .ascii))
            #expect(lines.count == (columns < 40 ? 1 : 6))
            #expect(lines.allSatisfy { $0.count < max(21, columns) && $0.allSatisfy(\.isASCII) && !$0.contains("\u{1B}") })
        }
        #expect(panel.lines(.init(columns: 100, rows: 7, hasColour: false, sparkline: .ascii)).count == 1)
        #expect(
            panel.lines(.init(columns: 100, rows: 24, hasColour: true, sparkline: .ascii))[1].contains("\u{1B}[1m0.750\u{1B}[22m")
        )
        #expect(!TerminalLook.allowsColour(["NO_COLOR": "1"]) && TerminalLook.allowsColour(["NO_COLOR": ""]))
        #expect(TerminalLook.hasBlocks(["LANG": "C.UTF-8"]) && !TerminalLook.hasBlocks(["LC_ALL": "C", "LANG": "en_GB.UTF-8"]))
    }

    @Test("sparklines keep least and greatest, gaps and means")
    func sparklines() {
        #expect(Sparkline.text([0, 1, 2, 3, 4, 5, 6, 7], columns: 8, style: .blocks) == "▁▂▃▄▅▆▇█")
        #expect(Sparkline.text([3, nil, 5, .nan], columns: 9, style: .ascii) == "_ # ")
        #expect(Sparkline.text([0, 0, 2, 2, nil, nil, 1, 1], columns: 4, style: .blocks) == "▁█ ▅")
        #expect(
            Sparkline.text([4, 4], columns: 9, style: .blocks) == "▅▅" && Sparkline.text([], columns: 9, style: .blocks).isEmpty)
        #expect(Sparkline.text([-1.5e308, 1.5e308], columns: 2, style: .blocks) == "▁█")
    }

    @Test("durations, bytes and tables as people read them")
    func words() {
        #expect(Words.duration("24h") == 86400 && Words.duration("90") == 90 && Words.duration("7d") == 604_800)
        #expect(Words.duration("-1h") == nil && Words.duration("soon") == nil && Words.duration("") == nil)
        #expect(Words.bytes(999) == "999 B" && Words.bytes(1_500_000) == "1.5 MB")
        #expect(Words.seconds(3.21) == "3.2 s" && Words.seconds(200) == "3 min 20 s" && Words.seconds(.infinity) == "?")
        var table = TextTable("NAME", "N")
        table.row("a", "5")
        table.row("long", "10")
        #expect(table.text == "NAME   N\na      5\nlong  10")
    }

    @Test func sparklinesOfNearlyEqualFiguresAreDrawn() {
        #expect(Sparkline.text([0, .leastNonzeroMagnitude], columns: 10, style: .ascii).count == 2)
        #expect(Sparkline.text([-.greatestFiniteMagnitude, .greatestFiniteMagnitude], columns: 10, style: .ascii) == "_#")
    }
}
