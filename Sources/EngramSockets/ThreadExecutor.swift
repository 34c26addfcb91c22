// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One dedicated thread with a job queue: for blocking work (SQLite, fsync, training), which must stay off the cooperative pool.
///
/// An actor may return it as its `unownedExecutor` (and must keep it alive); others call `run`. Jobs run in the order of arrival.
/// The thread ends when the executor is released and its queue is empty.
package final class ThreadExecutor: SerialExecutor {
    private let queue: ThreadQueue

    package init(name: String) {
        let queue = ThreadQueue()
        self.queue = queue
        let thread = Thread { queue.loop() }
        thread.name = name
        // Training and SQLite may recurse or keep work arrays on the stack.
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit { queue.stop() }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The strong reference to self keeps the executor alive while its own job runs.
        queue.add { [self] in unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }

    package func isSameExclusiveExecutionContext(other: ThreadExecutor) -> Bool { self === other }

    package func checkIsolated() {
        precondition(queue.isCurrent, "This code must run on its actor's own thread")
    }

    /// Runs `work` on the thread and returns what it returned or throws what it threw.
    package func run<T: Sendable>(_ work: @Sendable @escaping () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
            queue.add { continuation.resume(with: Result(catching: work)) }
        }
    }
}

/// The queue and the loop of a `ThreadExecutor`; it outlives the executor by its last job.
///
/// Unchecked: every stored property is only touched under `condition`'s lock.
private final class ThreadQueue: @unchecked Sendable {
    private let condition = NSCondition()
    private var jobs: [@Sendable () -> Void] = []
    private var stopped = false
    private var thread: Thread?

    var isCurrent: Bool {
        condition.lock()
        defer { condition.unlock() }
        return thread === Thread.current
    }

    func add(_ job: @Sendable @escaping () -> Void) {
        condition.lock()
        jobs.append(job)
        condition.unlock()
        condition.signal()
    }

    func stop() {
        condition.lock()
        stopped = true
        condition.unlock()
        condition.signal()
    }

    func loop() {
        condition.lock()
        thread = Thread.current
        condition.unlock()
        while let batch = nextBatch() {
            for job in batch { job() }
        }
    }

    /// Waits for jobs; nil when stopped and empty.
    private func nextBatch() -> [@Sendable () -> Void]? {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty {
            if stopped { return nil }
            condition.wait()
        }
        let batch = jobs
        jobs = []
        return batch
    }
}
