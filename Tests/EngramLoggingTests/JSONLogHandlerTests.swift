// SPDX-License-Identifier: Apache-2.0
import EngramLogging
import Foundation
import Logging
import Testing

/// What machines read of a log: one object a line, whatever is in it.
@Suite(.timeLimit(.minutes(5))) struct JSONLogHandlerTests {
    private struct Line: Decodable {
        let time: String
        let level: String
        let label: String
        let message: String
        let metadata: [String: String]
    }

    /// What a handler wrote; a test logs from one task.
    private final class Sink: @unchecked Sendable {
        var data = Data()
    }

    private func lines(_ body: (Logger) -> Void) -> [Data] {
        let sink = Sink()
        var log = Logger(label: "engramd", factory: { JSONLogHandler(label: $0) { sink.data.append($0) } })
        log.logLevel = .debug
        log[metadataKey: "always"] = "here"
        body(log)
        return sink.data.split(separator: UInt8(ascii: "\n")).map { Data($0) }
    }

    @Test func everyLineIsAnObject() throws {
        let written = lines { log in
            log.notice("listening", metadata: ["address": "127.0.0.1:7443"])
            log.warning("two\nlines, \"quotes\" and \u{1}", metadata: ["a/b": "c\nd", "always": "changed"])
            log.trace("below the level")
        }
        let parsed = try written.map { try JSONDecoder().decode(Line.self, from: $0) }
        #expect(parsed.map(\.level) == ["notice", "warning"])
        #expect(parsed.map(\.message) == ["listening", "two\nlines, \"quotes\" and \u{1}"])
        #expect(parsed[0].metadata == ["address": "127.0.0.1:7443", "always": "here"])
        #expect(parsed[1].metadata == ["a/b": "c\nd", "always": "changed"])
        #expect(parsed.allSatisfy { $0.label == "engramd" })
    }

    @Test func timesAreUTCWithMilliseconds() throws {
        let line = try JSONDecoder().decode(Line.self, from: try #require(lines { $0.info("now") }.first))
        #expect(line.time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(line.time)")
        let parsed = try Date(line.time, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        #expect(abs(parsed.timeIntervalSinceNow) < 60)
    }

    @Test func nestedMetadataStaysNested() throws {
        let written = try #require(
            lines {
                $0.info("nested", metadata: ["list": ["a", "b"], "map": ["key": "value"], "number": .stringConvertible(7)])
            }.first)
        let object = try #require(try JSONSerialization.jsonObject(with: written) as? [String: Any])
        let metadata = try #require(object["metadata"] as? [String: Any])
        #expect(metadata["list"] as? [String] == ["a", "b"])
        #expect(metadata["map"] as? [String: String] == ["key": "value"])
        #expect(metadata["number"] as? String == "7")
    }
}
