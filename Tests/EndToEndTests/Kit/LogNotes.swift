// SPDX-License-Identifier: Apache-2.0
import EngramLocks
import Foundation
import Logging

/// What a daemon or an agent of a test says in its log, for the test to wait for.
///
/// The variable ENGRAM_TEST_LOG names the level from which on it is printed as well.
final class LogNotes: Sendable {
    private static let maximumLines = 20_000
    private static let printed = ProcessInfo.processInfo.environment["ENGRAM_TEST_LOG"].flatMap(Logger.Level.init(rawValue:))

    private struct State: Sendable {
        var lines: [String] = []
        var waiters: [Int: (texts: [String], continuation: CheckedContinuation<String, any Error>)] = [:]
        var last = 0
    }

    private let state = Mutex(State())

    func logger(_ label: String) -> Logger {
        var log = Logger(label: label, factory: { _ in LogPage(notes: self) })
        log.logLevel = .debug
        return log
    }

    /// The first line, past or to come, that holds all of these texts.
    func line(with texts: String...) async throws -> String {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let found: String? = state.withLock { state in
                    if let line = state.lines.first(where: { Self.holds($0, texts) }) { return line }
                    state.waiters[number] = (texts, continuation)
                    return nil
                }
                if let found { continuation.resume(returning: found) }
                if Task.isCancelled { giveUp(number) }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    func holds(_ texts: String...) -> Bool { state.withLock { $0.lines.contains { Self.holds($0, texts) } } }

    fileprivate func write(_ line: String, _ level: Logger.Level) {
        if let printed = Self.printed, level >= printed { FileHandle.standardError.write(Data((line + "\n").utf8)) }
        let woken = state.withLock { state in
            if state.lines.count < Self.maximumLines { state.lines.append(line) }
            let fitting = state.waiters.filter { Self.holds(line, $0.value.texts) }
            for number in fitting.keys { state.waiters[number] = nil }
            return fitting.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume(returning: line) }
    }

    private func giveUp(_ number: Int) {
        state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume(throwing: CancellationError())
    }

    private static func holds(_ line: String, _ texts: [String]) -> Bool { texts.allSatisfy { line.contains($0) } }
}

/// Writes to notes: "level message key=value …".
private struct LogPage: LogHandler {
    let notes: LogNotes
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let pairs = all.keys.sorted().map { " \($0)=\(all[$0].map { "\($0)" } ?? "")" }.joined()
        notes.write("\(event.level) \(event.message)\(pairs)", event.level)
    }
}
