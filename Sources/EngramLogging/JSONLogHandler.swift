// SPDX-License-Identifier: Apache-2.0
package import Foundation
package import Logging

/// Writes a log as JSON lines: `time` (UTC, RFC 3339 with milliseconds), `level`, `label`, `message`, `metadata`.
///
/// A line goes out in one write, so that those of several threads do not mix.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel = Logger.Level.info
    private let label: String
    private let write: @Sendable (Data) -> Void

    /// To standard error.
    package init(label: String) {
        // A log that cannot be written is no reason to stop.
        self.init(label: label) { try? FileHandle.standardError.write(contentsOf: $0) }
    }

    package init(label: String, write: @escaping @Sendable (Data) -> Void) {
        self.label = label
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error { all["error"] = "\(error)" }
        let line = LogLine(
            time: Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)), level: event.level.rawValue,
            label: label, message: "\(event.message)", metadata: all.mapValues(LogValue.init))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var data = try? encoder.encode(line) else { return }
        data.append(UInt8(ascii: "\n"))
        write(data)
    }
}

private struct LogLine: Encodable {
    let time: String
    let level: String
    let label: String
    let message: String
    let metadata: [String: LogValue]
}

/// A value of the metadata, nested as it is.
private struct LogValue: Encodable {
    let value: Logger.MetadataValue

    init(_ value: Logger.MetadataValue) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch value {
        case .dictionary(let entries): try container.encode(entries.mapValues(LogValue.init))
        case .array(let values): try container.encode(values.map(LogValue.init))
        case .string(let text): try container.encode(text)
        case .stringConvertible(let value): try container.encode("\(value)")
        }
    }
}
