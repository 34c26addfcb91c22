// SPDX-License-Identifier: Apache-2.0

/// Why a peer was turned away, in a form that the peer may be told (docs/protocol.md, "Refusal codes").
package enum RefusalCode: UInt16, Sendable, CaseIterable, Codable {
    /// Nothing was refused: an accepted receipt, an orderly end.
    case none = 0
    /// Bytes that break their format.
    case malformed = 1
    /// A size or count over a limit.
    case overLimit = 2
    /// A message kind that this version does not have.
    case unknownKind = 3
    /// No protocol version in common, or a frame of another version.
    case unsupportedVersion = 4
    /// A known message at the wrong time or on the wrong stream.
    case outOfOrder = 5
    /// A message that the certificate's role may not send.
    case notPermitted = 6
    /// The handshake took too long.
    case handshakeTimeout = 7
    /// Several heartbeats went unanswered.
    case silent = 8
    /// A NaN or an infinity where a number is needed.
    case notFinite = 9
    /// No such blob.
    case notFound = 10
    /// The round is over, or the base version is too old.
    case stale = 11
    /// The bytes that arrived are not those that were announced.
    case digestMismatch = 12
    /// No room for one more connection or transfer now; try later.
    case busy = 13
    /// The daemon is stopping.
    case stopping = 14
    /// A fault of the refusing side.
    case fault = 15
    /// An enrolment token that is wrong, used up or expired, or a signing request that is not acceptable.
    case enrolmentRefused = 16
    /// The certificate was revoked.
    case revoked = 17
    /// An update whose shape, norm or sample count is not acceptable.
    case updateRefused = 18
    /// The same agent connected again.
    case replaced = 19
}
