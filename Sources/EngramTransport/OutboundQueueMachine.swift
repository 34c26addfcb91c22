// SPDX-License-Identifier: Apache-2.0

/// What a connection sends next: control messages first, then bulk sources in turn; pure.
package struct OutboundQueueMachine: Sendable {
    /// Names a bulk source for as long as it is queued.
    package struct BulkID: Hashable, Sendable { fileprivate let number: UInt64 }

    package enum Verdict: Equatable, Sendable {
        case accepted
        /// The queue was too full: the connection is cut now.
        case overflowed
        /// The connection is ending; nothing more is taken.
        case ended
    }

    package enum Step: Equatable, Sendable {
        /// Write these bytes: one or several control messages.
        case write([UInt8])
        /// Ask this source for its next frame and write it.
        case pull(BulkID)
        /// Nothing to do until the queue changes.
        case wait
        /// Everything is sent and nothing more will come.
        case finished
        case cut(TransportError)
    }

    private enum State: Equatable, Sendable {
        case open, finishing
        case cut(TransportError)
    }

    private let limit: Int
    private let batch: Int
    private var state = State.open
    private var control: [[UInt8]] = []
    private var head = 0
    private var controlBytes = 0
    private var bulk: [BulkID] = []
    private var turn = 0
    private var lastBulk: UInt64 = 0

    /// `limit`: bytes of control messages that may wait. `batch`: small messages are joined up to this size for one write.
    package init(limit: Int, batch: Int = 64 << 10) {
        self.limit = limit
        self.batch = batch
    }

    /// Bytes of control messages that wait.
    package var waitingBytes: Int { controlBytes }
    package var bulkCount: Int { bulk.count }
    package var cutReason: TransportError? { if case .cut(let reason) = state { reason } else { nil } }

    /// Queues an encoded control message. One message is always taken by an empty queue, whatever its size.
    package mutating func enqueue(_ message: [UInt8]) -> Verdict {
        guard state == .open else { return .ended }
        guard controlBytes == 0 || message.count <= limit - controlBytes else {
            let (total, overflow) = controlBytes.addingReportingOverflow(message.count)
            cut(.outboundOverflow(bytes: overflow ? .max : total, limit: limit))
            return .overflowed
        }
        control.append(message)
        controlBytes += message.count
        return .accepted
    }

    /// Queues a bulk source; nil if the connection is ending.
    package mutating func addBulk() -> BulkID? {
        guard state == .open else { return nil }
        lastBulk += 1
        let id = BulkID(number: lastBulk)
        bulk.append(id)
        return id
    }

    /// The source has no more frames.
    package mutating func removeBulk(_ id: BulkID) {
        guard let index = bulk.firstIndex(of: id) else { return }
        bulk.remove(at: index)
        if index < turn { turn -= 1 }
    }

    /// Takes nothing more; what is queued is still sent.
    package mutating func finish() {
        if state == .open { state = .finishing }
    }

    /// Drops everything. The first reason counts.
    package mutating func cut(_ reason: TransportError) {
        if case .cut = state { return }
        state = .cut(reason)
        control = []
        head = 0
        controlBytes = 0
        bulk = []
    }

    /// Whether `next` would say `wait`.
    package var isIdle: Bool { state == .open && head == control.count && bulk.isEmpty }

    /// Whether `next` would say `finished`.
    package var isFinished: Bool { state == .finishing && head == control.count && bulk.isEmpty }

    package mutating func next() -> Step {
        if case .cut(let reason) = state { return .cut(reason) }
        if head < control.count { return .write(nextBatch()) }
        guard !bulk.isEmpty else { return state == .finishing ? .finished : .wait }
        if turn >= bulk.count { turn = 0 }
        defer { turn += 1 }
        return .pull(bulk[turn])
    }

    private mutating func nextBatch() -> [UInt8] {
        var bytes = take()
        while head < control.count, bytes.count + control[head].count <= batch { bytes += take() }
        if head == control.count {
            control.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 1024 {
            control.removeFirst(head)
            head = 0
        }
        controlBytes -= bytes.count
        return bytes
    }

    private mutating func take() -> [UInt8] {
        // Emptying the place frees the message's memory as soon as it is written.
        var message: [UInt8] = []
        swap(&message, &control[head])
        head += 1
        return message
    }
}
