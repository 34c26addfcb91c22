// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EngramSockets

@Suite(.timeLimit(.minutes(5)))
struct DeadlineHeapTests {
    @Test func firesInOrderAndForgetsCancelled() {
        var heap = DeadlineHeap<Int, String>()
        for id in 0..<1000 { heap.insert("\(id)", id: UInt64(id), at: (id * 7919) % 1000) }
        for id in stride(from: 0, to: 1000, by: 3) { heap.cancel(UInt64(id)) }
        heap.cancel(5000)
        #expect(heap.count == 666)
        var last = -1
        var fired = 0
        while let (id, payload) = heap.popExpired(at: 499) {
            let time = (Int(id) * 7919) % 1000
            #expect(time >= last && time <= 499 && id % 3 != 0 && payload == "\(id)")
            last = time
            fired += 1
        }
        #expect(fired + heap.count == 666)
        #expect((heap.nearest() ?? 0) >= 500)
    }

    @Test func staysSmallUnderCancelledDeadlines() {
        var heap = DeadlineHeap<Int, Int>()
        for id in 0..<100_000 {
            heap.insert(id, id: UInt64(id), at: 1_000_000)
            heap.cancel(UInt64(id))
        }
        #expect(heap.count == 0)
        #expect(heap.nearest() == nil)
        #expect(heap.storedCount == 0)
    }
}
