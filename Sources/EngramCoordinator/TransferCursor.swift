// SPDX-License-Identifier: Apache-2.0
import EngramLocks
import EngramWire

/// An outgoing transfer that the connection's writer pulls from its own task.
final class TransferCursor: Sendable {
    private let transfer: Mutex<OutgoingTransfer>

    init(_ transfer: OutgoingTransfer) { self.transfer = Mutex(transfer) }

    func next() -> OutgoingTransfer.Piece? { transfer.withLock { $0.next() } }
}
