// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation

/// Work that leaves nothing behind when the person presses Ctrl-C or the system asks the program to end.
package enum Interruption {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// Runs `work`; a signal cancels it, and once it has cleaned up, `OperatorError.interrupted` is thrown.
    package static func guarding<T: Sendable>(_ work: @Sendable @escaping () async throws -> T) async throws -> T {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(1))
        let queue = DispatchQueue(label: "engram.signals")
        var sources: [any DispatchSourceSignal] = []
        for number in signals {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            sources.append(source)
        }
        defer {
            for source in sources { source.cancel() }
            for number in signals { signal(number, SIG_DFL) }
        }
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await _ in stream { return nil }
                // The stream ends only when this task is cancelled, the work being done.
                throw CancellationError()
            }
            do {
                guard let first = try await group.next(), let result = first else { throw OperatorError.interrupted }
                group.cancelAll()
                return result
            } catch {
                group.cancelAll()
                // The work cleans up before it ends.
                while await group.nextResult() != nil {}
                throw error
            }
        }
    }
}
