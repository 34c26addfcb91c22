// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
package import Logging

/// The options by which the daemon and the agent are told what to log, and how.
package struct LogOptions: ParsableArguments {
    @Option(help: "trace, debug, info, notice, warning, error or critical.", transform: LogOptions.level) package var logLevel =
        Logger.Level.info
    @Option(help: "text, or json: one object a line, on standard error like text.") package var logFormat = LogFormat.text

    package init() {}

    /// A logger for the whole process.
    package func logger(_ label: String) -> Logger {
        let format = logFormat
        var log = Logger(label: label, factory: { format.handler($0) })
        log.logLevel = logLevel
        return log
    }

    private static func level(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            throw ValidationError("--log-level \(text): use \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return level
    }
}

/// How a line of the log looks.
package enum LogFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// For people.
    case text
    /// For machines: `JSONLogHandler`.
    case json

    func handler(_ label: String) -> any LogHandler {
        switch self {
        case .text: StreamLogHandler.standardError(label: label)
        case .json: JSONLogHandler(label: label)
        }
    }
}
