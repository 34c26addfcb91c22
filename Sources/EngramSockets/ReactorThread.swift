// SPDX-License-Identifier: Apache-2.0
import CShims
import EngramLocks
import Foundation

import struct Synchronization.Atomic

/// The thread of a reactor: waits in epoll, runs the reactor's jobs, keeps the table of who waits for what.
///
/// Unchecked: `table` is touched on this thread only (the loop and the reactor's isolated methods, see `checkIsolated`);
/// everything else is constant, atomic or inside a mutex.
final class ReactorThread: SerialExecutor, @unchecked Sendable {
    /// What other threads ask for without a job.
    enum Command: Sendable {
        case park(ReactorWait, CheckedContinuation<WaitOutcome, Never>)
        case cancel(ReactorWait)
        case forget(ReactorToken)
    }

    private struct Inbox: Sendable {
        var jobs: [UnownedJob] = []
        var commands: [Command] = []
        var sleeping = false
        var stopped = false
    }

    private static let wakeupToken: UInt64 = 0
    private static let eventCapacity = 256

    var table = ReadinessTable()
    private let epoll: Int32
    private let wakeup: Int32
    private let inbox = Mutex(Inbox())
    private let threadID = Atomic<UInt>(0)

    init(name: String) throws(SocketError) {
        let epoll = engram_epoll_create()
        guard epoll >= 0 else { throw .system(call: "epoll_create1", code: errno) }
        let wakeup = engram_eventfd()
        guard wakeup >= 0, engram_epoll_add_wakeup(epoll, wakeup, Self.wakeupToken) == 0 else {
            let code = errno
            close(epoll)
            if wakeup >= 0 { close(wakeup) }
            throw .system(call: "eventfd", code: code)
        }
        self.epoll = epoll
        self.wakeup = wakeup
        let thread = Thread { [self] in loop() }
        thread.name = name
        thread.start()
    }

    deinit {
        close(wakeup)
        close(epoll)
    }

    // MARK: Executor

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        deliver { $0.jobs.append(job) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }

    func checkIsolated() {
        precondition(threadID.load(ordering: .relaxed) == UInt(pthread_self()), "This code must run on the reactor's thread")
    }

    // MARK: From any thread

    func post(_ command: Command) { deliver { $0.commands.append(command) } }

    /// Ends the thread once its inbox is empty.
    func stop() { deliver { $0.stopped = true } }

    private func deliver(_ change: (inout Inbox) -> Void) {
        let wake: Bool = inbox.withLock { inbox in
            change(&inbox)
            defer { inbox.sleeping = false }
            return inbox.sleeping
        }
        if wake { engram_eventfd_signal(wakeup) }
    }

    // MARK: On the thread

    /// Registers a descriptor with epoll under a fresh token.
    func register(_ descriptor: Int32) throws(SocketError) -> ReactorToken {
        let token = try table.insert(descriptor)
        guard engram_epoll_add(epoll, descriptor, token.rawValue) == 0 else {
            let code = errno
            _ = table.remove(token)
            throw .system(call: "epoll_ctl", code: code)
        }
        return token
    }

    func deregister(_ token: ReactorToken) {
        // Closing a descriptor takes it out of epoll too; a failure here only says that this has happened already.
        if table.remove(token) { _ = engram_epoll_remove(epoll, token.descriptor) }
    }

    private func loop() {
        threadID.store(UInt(pthread_self()), ordering: .relaxed)
        var events = [engram_event](repeating: engram_event(), count: Self.eventCapacity)
        while true {
            let deadline = table.nextDeadline()
            let work = inbox.withLock { inbox in
                let work = inbox
                inbox.jobs = []
                inbox.commands = []
                inbox.sleeping = work.jobs.isEmpty && work.commands.isEmpty
                return work
            }
            for command in work.commands { perform(command) }
            for job in work.jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
            let idle = work.jobs.isEmpty && work.commands.isEmpty
            if idle && work.stopped { return }
            let count = unsafe engram_epoll_wait(
                epoll, &events, Int32(Self.eventCapacity), idle ? Self.milliseconds(until: deadline) : 0)
            // Only a bug (a closed epoll descriptor) can make epoll_wait fail for another reason than a signal.
            precondition(count >= 0, "epoll_wait failed with errno \(errno)")
            for event in events.prefix(Int(count)) {
                if event.token == Self.wakeupToken { engram_eventfd_clear(wakeup) } else { table.handle(event) }
            }
            if deadline != nil { table.expire(at: .now) }
        }
    }

    private func perform(_ command: Command) {
        switch command {
        case .park(let wait, let continuation): table.park(.init(wait: wait, continuation: continuation))
        case .cancel(let wait): table.end(wait, with: .cancelled)
        case .forget(let token): deregister(token)
        }
    }

    /// The time to `deadline` rounded up, so that the deadline has passed when epoll returns; -1 for none.
    private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let left = deadline - ContinuousClock.now
        if left <= .zero { return 0 }
        if left >= .seconds(3600) { return 3_600_000 }
        let (seconds, attoseconds) = left.components
        return Int32(seconds) * 1000 + Int32(attoseconds / 1_000_000_000_000_000) + 1
    }
}
