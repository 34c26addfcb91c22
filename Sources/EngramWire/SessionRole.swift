// SPDX-License-Identifier: Apache-2.0

/// What the client's certificate allows it: the coordinator takes it from TLS, never from a message.
package enum SessionRole: String, Sendable, CaseIterable, Codable {
    /// No certificate: may only enrol.
    case anonymous
    /// Trains: fetches, offers, uploads.
    case agent
    /// Directs: requests and fetches.
    case `operator`

    /// Messages that a client of this role may send once hello is done.
    package func maySend(_ kind: MessageKind) -> Bool {
        switch kind {
        case .ping, .pong, .goodbye, .refuse, .enrol: true
        case .fetch: self != .anonymous
        case .offer, .chunk: self == .agent
        case .request: self == .operator
        case .hello, .welcome, .work, .withdraw, .resume, .receipt, .enrolled, .response: false
        }
    }

    /// Messages that a client of this role may receive once welcome is done.
    package func mayReceive(_ kind: MessageKind) -> Bool {
        switch kind {
        case .ping, .pong, .goodbye, .refuse, .enrolled: true
        case .chunk, .receipt: self != .anonymous
        case .work, .withdraw, .resume: self == .agent
        case .response: self == .operator
        case .hello, .welcome, .fetch, .offer, .enrol, .request: false
        }
    }
}
