// SPDX-License-Identifier: Apache-2.0
import struct Synchronization.Atomic

/// Tells one listener that something has changed. Ringing waits for nobody; rings that come while nobody listens become one.
package final class ChangeBell: Sendable {
    private let count = Atomic<Int>(0)
    private let ringing: AsyncStream<Void>.Continuation
    /// An element after each change.
    package let rings: AsyncStream<Void>

    package init() { (rings, ringing) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// Changes so far.
    package var revision: Int { count.load(ordering: .relaxed) }

    func ring() {
        count.add(1, ordering: .relaxed)
        ringing.yield()
    }
}
