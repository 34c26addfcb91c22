// SPDX-License-Identifier: Apache-2.0

/// What happens to a session. Times are seconds on one clock of the driver's choice that never goes back.
package enum SessionInput: Equatable, Sendable {
    /// The connection is up (TLS included).
    case opened(at: Double)
    /// The peer sent this.
    case received(Message, at: Double)
    /// The peer sent something that is no message.
    case undecodable(WireError, at: Double)
    /// The layer above wants this sent.
    case submitted(Message, at: Double)
    /// A deadline that the machine asked for has come, or the driver just looks in.
    case tick(at: Double)

    var time: Double {
        switch self {
        case .opened(let time), .received(_, let time), .undecodable(_, let time), .submitted(_, let time), .tick(let time): time
        }
    }
}
