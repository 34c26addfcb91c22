// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EngramSockets

@Suite(.timeLimit(.minutes(5)))
struct ThreadExecutorTests {
    private actor Counter {
        private let executor = ThreadExecutor(name: "counter")
        private var threads: Set<ObjectIdentifier> = []
        private var count = 0
        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

        func add() -> Int {
            threads.insert(ObjectIdentifier(Thread.current))
            executor.checkIsolated()
            count += 1
            return count
        }

        var threadCount: Int { threads.count }
    }

    private struct Refusal: Error {}

    @Test func actorStaysOnOneThread() async {
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { _ = await counter.add() } }
        }
        #expect(await counter.add() == 201)
        #expect(await counter.threadCount == 1)
    }

    @Test func runsBlockingWorkAndPassesErrorsOn() async throws {
        let executor = ThreadExecutor(name: "work")
        #expect(try await executor.run { 6 * 7 } == 42)
        await #expect(throws: Refusal.self) { try await executor.run { throw Refusal() } }
    }
}
