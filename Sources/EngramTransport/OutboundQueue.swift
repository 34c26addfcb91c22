// SPDX-License-Identifier: Apache-2.0
import EngramLocks
import EngramWire

/// The outbound queue of one connection: filled from anywhere, emptied by the connection's writer.
final class OutboundQueue: Sendable {
    enum Step: Sendable {
        case write([UInt8])
        case pull(OutboundQueueMachine.BulkID, any BulkSource)
        case finished
        case cut(TransportError)
    }

    private struct State: Sendable {
        var machine: OutboundQueueMachine
        var sources: [OutboundQueueMachine.BulkID: any BulkSource] = [:]
        var writer: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(limit: Int) { state = Mutex(State(machine: OutboundQueueMachine(limit: limit))) }

    var cutReason: TransportError? { state.withLock { $0.machine.cutReason } }
    /// Whether everything was sent after `finish`.
    var isFinished: Bool { state.withLock { $0.machine.isFinished } }
    var waitingBytes: Int { state.withLock { $0.machine.waitingBytes } }
    var bulkCount: Int { state.withLock { $0.machine.bulkCount } }

    func enqueue(_ message: [UInt8]) -> OutboundQueueMachine.Verdict { change { $0.machine.enqueue(message) } }

    /// False if the connection is ending.
    func add(_ source: any BulkSource) -> Bool {
        change { state in
            guard let id = state.machine.addBulk() else { return false }
            state.sources[id] = source
            return true
        }
    }

    func remove(_ id: OutboundQueueMachine.BulkID) {
        change { state in
            state.machine.removeBulk(id)
            state.sources[id] = nil
        }
    }

    func finish() { change { $0.machine.finish() } }

    func cut(_ reason: TransportError) {
        change { state in
            state.machine.cut(reason)
            state.sources = [:]
        }
    }

    /// The writer's next step; waits for one. For one task.
    func next() async throws(CancellationError) -> Step {
        while true {
            if Task.isCancelled { throw CancellationError() }
            let step: Step? = state.withLock { state in
                switch state.machine.next() {
                case .write(let bytes): return .write(bytes)
                case .pull(let id): return state.sources[id].map { .pull(id, $0) }
                case .wait: return nil
                case .finished: return .finished
                case .cut(let reason): return .cut(reason)
                }
            }
            if let step { return step }
            await waitForChange()
        }
    }

    private func waitForChange() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isIdle = state.withLock { state in
                    guard state.machine.isIdle else { return false }
                    state.writer = continuation
                    return true
                }
                if !isIdle { return continuation.resume() }
                // A cancellation that came before the continuation was stored has found nothing to wake.
                if Task.isCancelled { wake() }
            }
        } onCancel: {
            wake()
        }
    }

    private func wake() { change { _ in } }

    /// Changes the state and wakes the writer, outside the lock.
    private func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        let (result, writer) = state.withLock { state in
            let result = body(&state)
            let writer = state.writer
            state.writer = nil
            return (result, writer)
        }
        writer?.resume()
        return result
    }
}
