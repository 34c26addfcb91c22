// SPDX-License-Identifier: Apache-2.0
import EngramLocks
import Foundation

/// A program started by this one, its output in a log file.
package final class ChildProcess: Sendable {
    private struct State {
        var end: Int32?
        var waiters: [CheckedContinuation<Int32, Never>] = []
        /// Whether this side asked it to end.
        var isWanted = false
    }

    private let process: Process
    private let state = Mutex(State())
    package let name: String
    package let log: String

    /// Starts the program; its standard output and error are appended to `log`.
    package init(name: String, program: String, arguments: [String], log: String, input: String? = nil) throws(OperatorError) {
        self.name = name
        self.log = log
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        do {
            if !FileManager.default.fileExists(atPath: log) {
                _ = FileManager.default.createFile(atPath: log, contents: nil, attributes: [.posixPermissions: 0o600])
            }
            let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
            try output.seekToEnd()
            process.standardOutput = output
            process.standardError = output
            let pipe = Pipe()
            process.standardInput = input == nil ? FileHandle.nullDevice : pipe
            process.terminationHandler = { [weak self] process in
                // A signal's number as shells report it.
                self?.ended(process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus)
            }
            try process.run()
            try output.close()
            if let input {
                try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
                try pipe.fileHandleForWriting.close()
            }
        } catch {
            throw .failed("\(program): cannot be started: \(error.localizedDescription)")
        }
    }

    package var id: Int32 { process.processIdentifier }

    /// The exit code, once there is one.
    package var end: Int32? { state.withLock { $0.end } }

    /// Whether it ended though nobody asked it to.
    package var hasFailed: Bool { state.withLock { $0.end != nil && !$0.isWanted } }

    package func signal(_ number: Int32) {
        state.withLock { state in
            state.isWanted = true
            // After its end the number may belong to another process.
            if state.end == nil { kill(process.processIdentifier, number) }
        }
    }

    /// Waits for its end.
    package func wait() async -> Int32 {
        await withCheckedContinuation { waiter in
            let end = state.withLock { state in
                if state.end == nil { state.waiters.append(waiter) }
                return state.end
            }
            if let end { waiter.resume(returning: end) }
        }
    }

    /// Asks it to end, and after `patience` makes it.
    package func stop(patience: Duration = .seconds(5)) async {
        signal(SIGTERM)
        // A task of its own: cleaning up must not be cut short by the cancellation that made it necessary.
        let hard = Task.detached { [self] in
            try? await Task.sleep(for: patience)
            if !Task.isCancelled { signal(SIGKILL) }
        }
        _ = await wait()
        hard.cancel()
    }

    /// The last lines of its log, for error messages.
    package func lastLines(_ count: Int = 8) -> String { Self.lastLines(of: log, count) }

    package static func lastLines(of log: String, _ count: Int) -> String {
        guard let handle = FileHandle(forReadingAtPath: log) else { return "(no log)" }
        defer { try? handle.close() }
        let size = (try? handle.seekToEnd()) ?? 0
        try? handle.seek(toOffset: size > 16384 ? size - 16384 : 0)
        let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
        let lines = text.split(separator: "\n").suffix(count)
        return lines.isEmpty ? "(its log is empty)" : lines.map { "    " + $0 }.joined(separator: "\n")
    }

    private func ended(_ code: Int32) {
        let waiters = state.withLock { state in
            state.end = code
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: code) }
    }
}
