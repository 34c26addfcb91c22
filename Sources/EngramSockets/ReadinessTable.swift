// SPDX-License-Identifier: Apache-2.0
import CShims

/// A registered descriptor: its number and the generation of its registration, packed into epoll's 64 bits.
///
/// The system gives numbers out again; the generation tells a late event or call for an old descriptor from one for its
/// successor.
package struct ReactorToken: Hashable, Sendable {
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(generation: UInt32, descriptor: Int32) {
        rawValue = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    }

    var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }
    var descriptor: Int32 { Int32(bitPattern: UInt32(truncatingIfNeeded: rawValue)) }
}

/// The directions of a descriptor.
package enum Interest: Sendable { case read, write }

/// The slots, waiters and deadlines of a reactor: which task waits for what. Touched only on the reactor's thread.
struct ReadinessTable {
    /// One parked task.
    struct Waiter {
        let wait: ReactorWait
        let continuation: CheckedContinuation<WaitOutcome, Never>
    }

    private struct Slot {
        let generation: UInt32
        var readable = false
        var writable = false
        var reader: Waiter?
        var writer: Waiter?
    }

    private var slots: [Int32: Slot] = [:]
    private var sleepers: [UInt64: Waiter] = [:]
    private var deadlines = DeadlineHeap<ContinuousClock.Instant, ReactorWait>()
    private var lastGeneration: UInt32 = 0
    private var lastWait: UInt64 = 0
    private var isShutDown = false

    init() {}

    var descriptorCount: Int { slots.count }

    /// Whether the slot remembers readiness that nobody has taken.
    func hasReadiness(_ token: ReactorToken) -> Bool {
        guard let slot = slots[token.descriptor], slot.generation == token.generation else { return false }
        return slot.readable || slot.writable
    }

    /// Makes a slot. An earlier slot of the same number is gone: its descriptor must have been closed.
    mutating func insert(_ descriptor: Int32) throws(SocketError) -> ReactorToken {
        if isShutDown { throw .shutDown }
        // Generation 0 is the wake-up descriptor's.
        lastGeneration = lastGeneration == .max ? 1 : lastGeneration + 1
        let old = slots.updateValue(Slot(generation: lastGeneration), forKey: descriptor)
        if let old { resumeAll(of: old, with: .closed) }
        return ReactorToken(generation: lastGeneration, descriptor: descriptor)
    }

    /// Removes the slot and wakes its waiters with `.closed`. True if the token was current.
    mutating func remove(_ token: ReactorToken) -> Bool {
        guard let slot = slots[token.descriptor], slot.generation == token.generation else { return false }
        slots[token.descriptor] = nil
        resumeAll(of: slot, with: .closed)
        return true
    }

    /// Parks a task, or wakes it at once if it need not wait.
    mutating func park(_ waiter: Waiter) {
        let wait = waiter.wait
        guard !isShutDown else { return waiter.continuation.resume(returning: .shutDown) }
        guard !wait.isCancelled else { return waiter.continuation.resume(returning: .cancelled) }
        lastWait += 1
        wait.id = lastWait
        guard let token = wait.token else {
            sleepers[wait.id] = waiter
            return addDeadline(of: wait)
        }
        guard var slot = slots[token.descriptor], slot.generation == token.generation else {
            return waiter.continuation.resume(returning: .closed)
        }
        switch wait.interest {
        case .read:
            guard slot.reader == nil else { return waiter.continuation.resume(returning: .busy) }
            if slot.readable, !wait.ignoresReadiness {
                slot.readable = false
                slots[token.descriptor] = slot
                return waiter.continuation.resume(returning: .ready)
            }
            slot.reader = waiter
        case .write:
            guard slot.writer == nil else { return waiter.continuation.resume(returning: .busy) }
            if slot.writable {
                slot.writable = false
                slots[token.descriptor] = slot
                return waiter.continuation.resume(returning: .ready)
            }
            slot.writer = waiter
        }
        slots[token.descriptor] = slot
        addDeadline(of: wait)
    }

    /// Takes an event in: wakes the waiter, or remembers the readiness for the next one.
    mutating func handle(_ event: engram_event) {
        let token = ReactorToken(rawValue: event.token)
        guard var slot = slots[token.descriptor], slot.generation == token.generation else { return }
        var woken: [Waiter] = []
        if event.readable {
            if let reader = slot.reader, !reader.wait.ignoresReadiness {
                slot.reader = nil
                woken.append(reader)
            } else {
                slot.readable = true
            }
        }
        if event.writable {
            if let writer = slot.writer {
                slot.writer = nil
                woken.append(writer)
            } else {
                slot.writable = true
            }
        }
        slots[token.descriptor] = slot
        for waiter in woken { finish(waiter, .ready) }
    }

    /// Ends one wait early; harmless if it has ended already.
    mutating func end(_ wait: ReactorWait, with outcome: WaitOutcome) {
        guard let token = wait.token else {
            if let waiter = sleepers.removeValue(forKey: wait.id), waiter.wait === wait { finish(waiter, outcome) }
            return
        }
        guard var slot = slots[token.descriptor], slot.generation == token.generation else { return }
        if let reader = slot.reader, reader.wait === wait {
            slot.reader = nil
            slots[token.descriptor] = slot
            finish(reader, outcome)
        } else if let writer = slot.writer, writer.wait === wait {
            slot.writer = nil
            slots[token.descriptor] = slot
            finish(writer, outcome)
        }
    }

    mutating func expire(at now: ContinuousClock.Instant) {
        while let (_, wait) = deadlines.popExpired(at: now) { end(wait, with: .expired) }
    }

    /// The nearest deadline of any waiter.
    mutating func nextDeadline() -> ContinuousClock.Instant? { deadlines.nearest() }

    /// Wakes everybody with `.shutDown`; every later wait ends so too.
    mutating func shutDown() {
        isShutDown = true
        for descriptor in slots.keys.sorted() {
            guard let slot = slots.removeValue(forKey: descriptor) else { continue }
            resumeAll(of: slot, with: .shutDown)
        }
        for id in sleepers.keys.sorted() {
            if let waiter = sleepers.removeValue(forKey: id) { finish(waiter, .shutDown) }
        }
    }

    private mutating func addDeadline(of wait: ReactorWait) {
        if let deadline = wait.deadline { deadlines.insert(wait, id: wait.id, at: deadline) }
    }

    private mutating func resumeAll(of slot: Slot, with outcome: WaitOutcome) {
        if let reader = slot.reader { finish(reader, outcome) }
        if let writer = slot.writer { finish(writer, outcome) }
    }

    private mutating func finish(_ waiter: Waiter, _ outcome: WaitOutcome) {
        if waiter.wait.deadline != nil { deadlines.cancel(waiter.wait.id) }
        waiter.continuation.resume(returning: outcome)
    }
}
