// SPDX-License-Identifier: Apache-2.0
import EngramLocks

/// One direction of an in-memory connection: a bounded buffer with one reader and one writer.
final class MemoryPipe: Sendable {
    private enum End: Sendable { case open, finished, failed(any Error) }

    private struct State: Sendable {
        var buffer: [UInt8] = []
        var start = 0
        var end = End.open
        var moved = 0
        var reader: CheckedContinuation<Void, Never>?
        var writer: CheckedContinuation<Void, Never>?

        var count: Int { buffer.count - start }
        var isOpen: Bool { if case .open = end { true } else { false } }

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            let waiters = [reader, writer].compactMap(\.self)
            reader = nil
            writer = nil
            return waiters
        }
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Bytes written so far.
    var bytes: Int { state.withLock { $0.moved } }

    /// What has arrived, waiting for the first byte; empty at the end.
    func read(upTo limit: Int) async throws -> [UInt8] {
        while true {
            try Task.checkCancellation()
            let bytes: [UInt8]? = try change { state in
                if state.count > 0 {
                    let upper = state.start + min(max(1, limit), state.count)
                    let piece = Array(state.buffer[state.start..<upper])
                    state.start = upper
                    if state.start == state.buffer.count {
                        state.buffer.removeAll(keepingCapacity: true)
                        state.start = 0
                    }
                    return piece
                }
                switch state.end {
                case .open: return nil
                case .finished: return []
                case .failed(let error): throw error
                }
            }
            if let bytes { return bytes }
            await wait({ $0.reader = $1 }, while: { $0.count == 0 && $0.isOpen })
        }
    }

    /// Writes all the bytes, as room appears.
    func write(_ bytes: ArraySlice<UInt8>) async throws {
        var rest = bytes
        while !rest.isEmpty {
            try Task.checkCancellation()
            let pending = rest
            let written = try change { state in
                switch state.end {
                case .open: break
                case .finished: throw TransportError.closed
                case .failed(let error): throw error
                }
                let count = min(self.capacity - state.count, pending.count)
                guard count > 0 else { return 0 }
                if state.start > 0 {
                    state.buffer.removeFirst(state.start)
                    state.start = 0
                }
                state.buffer += pending.prefix(count)
                state.moved += count
                return count
            }
            rest = rest.dropFirst(written)
            if rest.isEmpty { return }
            let capacity = capacity
            await wait({ $0.writer = $1 }, while: { $0.count >= capacity && $0.isOpen })
        }
    }

    /// The writer's orderly end: the reader still gets what was written.
    func finish() {
        _ = try? change { state in if state.isOpen { state.end = .finished } }
    }

    /// Ends the pipe at once, with this error for both sides; what was written is lost.
    func fail(_ error: any Error) {
        _ = try? change { state in
            if case .failed = state.end { return }
            state.end = .failed(error)
            state.buffer = []
            state.start = 0
        }
    }

    /// Changes the state, then wakes whoever waits, outside the lock.
    private func change<Result: Sendable>(_ body: (inout State) throws -> Result) throws -> Result {
        let (result, waiters) = try state.withLock { state in
            let result = try body(&state)
            return (result, state.takeWaiters())
        }
        for waiter in waiters { waiter.resume() }
        return result
    }

    private func wait(
        _ store: @Sendable (inout State, CheckedContinuation<Void, Never>) -> Void, while condition: @Sendable (State) -> Bool
    ) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let stored = state.withLock { state in
                    guard condition(state) else { return false }
                    store(&state, continuation)
                    return true
                }
                if !stored { return continuation.resume() }
                if Task.isCancelled { wakeAll() }
            }
        } onCancel: {
            wakeAll()
        }
    }

    private func wakeAll() { _ = try? change { _ in } }
}
