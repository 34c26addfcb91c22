// SPDX-License-Identifier: Apache-2.0
import EngramLocks
import Testing

@Suite(.timeLimit(.minutes(5))) struct MutexTests {
    private final class Counter: Sendable {
        let value = Mutex(0)
    }

    @Test func addsFromManyTasksAreNotLost() async {
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1000 { counter.value.withLock { $0 += 1 } } }
            }
        }
        #expect(counter.value.withLock { $0 } == 8000)
    }

    @Test func errorsComeThroughAndUnlock() {
        struct Odd: Error {}
        let mutex = Mutex([1])
        #expect(throws: Odd.self) { try mutex.withLock { (_: inout [Int]) throws(Odd) in throw Odd() } }
        #expect(mutex.withLock { $0 } == [1])
    }

    @Test func theValueGoesWithTheMutex() {
        final class Witness {}
        weak var seen: Witness?
        do {
            let witness = Witness()
            seen = witness
            let mutex = Mutex(Box(witness))
            mutex.withLock { _ in }
        }
        #expect(seen == nil)
    }

    private struct Box: @unchecked Sendable {
        let content: AnyObject
        init(_ content: AnyObject) { self.content = content }
    }
}
