// SPDX-License-Identifier: Apache-2.0

/// What the driver of a session is to do, in order.
package enum SessionAction: Equatable, Sendable {
    /// Put the message on the wire.
    case send(Message)
    /// Hand the message, which is legal now, to the layer above.
    case deliver(Message)
    /// Forget the message, which the layer above submitted too late or in error; worth a line in the log.
    case drop(Message, reason: String)
    /// Write what is queued, then close; nothing follows this action.
    case close(RefusalCode, String)
    /// Give `tick` at this time; replaces the deadline set before.
    case deadline(at: Double)
}
