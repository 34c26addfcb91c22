// SPDX-License-Identifier: Apache-2.0
import struct Synchronization.Atomic

/// How a wait on the reactor ended.
enum WaitOutcome: Sendable { case ready, expired, closed, cancelled, shutDown, busy }

/// One task's wait: what for and until when; its identity is what cancellation names.
///
/// Unchecked: `id` is written and read on the reactor's thread only; the rest is constant or atomic.
final class ReactorWait: @unchecked Sendable {
    /// The descriptor, or nil to sleep only.
    let token: ReactorToken?
    let interest: Interest
    let deadline: ContinuousClock.Instant?
    /// Waits for the deadline or the close of the descriptor, not for data (an accept loop's pause).
    let ignoresReadiness: Bool
    var id: UInt64 = 0
    private let cancelled = Atomic<Bool>(false)

    init(token: ReactorToken?, interest: Interest, deadline: ContinuousClock.Instant?, ignoresReadiness: Bool) {
        self.token = token
        self.interest = interest
        self.deadline = deadline
        self.ignoresReadiness = ignoresReadiness
    }

    /// Set before the reactor is told, so that a cancellation which overtakes its own wait is not lost.
    func cancel() { cancelled.store(true, ordering: .releasing) }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }
}
