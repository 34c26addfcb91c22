// SPDX-License-Identifier: Apache-2.0

/// Pending deadlines, nearest first; pure, no clock.
///
/// Cancelling is O(1): the entry stays in the heap until it surfaces, or until dead entries outnumber live ones.
struct DeadlineHeap<Time: Comparable & Sendable, Payload: Sendable>: Sendable {
    private struct Entry: Sendable {
        let time: Time
        let id: UInt64
    }

    private var heap: [Entry] = []
    private var live: [UInt64: Payload] = [:]

    /// The number of deadlines that may still fire.
    var count: Int { live.count }

    /// Live and dead entries together.
    var storedCount: Int { heap.count }

    /// Adds a deadline; `id` must not have been used before.
    mutating func insert(_ payload: Payload, id: UInt64, at time: Time) {
        live[id] = payload
        heap.append(Entry(time: time, id: id))
        siftUp(heap.count - 1)
    }

    /// Removes a deadline; an unknown id is ignored.
    mutating func cancel(_ id: UInt64) {
        guard live.removeValue(forKey: id) != nil else { return }
        if heap.count > 2 * live.count + 64 { compact() }
    }

    /// The nearest deadline, or nil.
    mutating func nearest() -> Time? {
        while let top = heap.first, live[top.id] == nil { removeTop() }
        return heap.first?.time
    }

    /// Removes and returns the nearest deadline if it is not after `now`.
    mutating func popExpired(at now: Time) -> (id: UInt64, payload: Payload)? {
        guard let time = nearest(), time <= now, let top = heap.first, let payload = live.removeValue(forKey: top.id) else {
            return nil
        }
        removeTop()
        return (top.id, payload)
    }

    private static func precedes(_ a: Entry, _ b: Entry) -> Bool { a.time == b.time ? a.id < b.id : a.time < b.time }

    private mutating func compact() {
        // A sorted array is a heap.
        heap = heap.filter { live[$0.id] != nil }.sorted(by: Self.precedes)
    }

    private mutating func removeTop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown()
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.precedes(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && Self.precedes(heap[child], heap[least]) {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
