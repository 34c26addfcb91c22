// SPDX-License-Identifier: Apache-2.0

/// What went wrong with a certificate, a key or a TLS connection, with what to do about it.
package enum TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The peer's certificate is past its end.
    case certificateExpired
    /// The peer's certificate begins in the future.
    case certificateNotYetValid
    /// The peer's certificate was not issued by the authority that this side trusts.
    case unknownAuthority(String)
    /// The peer's certificate is valid, but for another role or for none of ours.
    case wrongRole(String)
    /// The server's certificate does not carry the name or address asked for.
    case wrongName(String)
    /// The peer's certificate is bad in another way.
    case badCertificate(String)
    /// The peer refused this side; the text names the TLS alert.
    case refusedByPeer(String)
    /// What arrived is not TLS.
    case notTLS
    /// The peer speaks TLS, but not version 1.3 with our ciphers.
    case noCommonProtocol(String)
    /// The connection ended before the handshake did.
    case peerClosedDuringHandshake
    /// The connection ended without TLS's own goodbye: data may be missing.
    case truncated
    /// The peer broke the protocol, or a record was altered on the way.
    case protocolViolation(String)
    /// A PEM text could not be read.
    case malformedPEM(what: String)
    /// A signing request was refused.
    case badRequest(String)
    /// A name, host name or address cannot stand in a certificate.
    case invalidName(String)
    /// A certificate and a private key do not belong together.
    case keyMismatch
    /// A key or certificate file could not be read or written.
    case file(path: String, reason: String)
    /// OpenSSL failed where it should not.
    case library(String)

    package var description: String {
        switch self {
        case .certificateExpired: "the peer's certificate has expired; renew it (an agent: engram-agent enroll), or set the clock"
        case .certificateNotYetValid: "the peer's certificate is not valid yet; check the clocks of both machines"
        case .unknownAuthority(let text):
            "the peer's certificate is from an authority that is not trusted here (\(text)); are both sides of one federation?"
        case .wrongRole(let text): "the peer's certificate does not allow this use: \(text)"
        case .wrongName(let text):
            "the server's certificate is for another name: \(text); connect by a name that engramd init was given"
        case .badCertificate(let text): "the peer's certificate is not acceptable: \(text)"
        case .refusedByPeer(let text): "the peer refused the TLS connection: \(text)"
        case .notTLS: "the peer does not speak TLS; check host and port"
        case .noCommonProtocol(let text): "the peer does not offer TLS 1.3 (\(text)); check host and port, update the peer"
        case .peerClosedDuringHandshake:
            "the peer closed the connection during the TLS handshake; check host and port, and the peer's log"
        case .truncated: "the connection was cut: it ended without a TLS goodbye"
        case .protocolViolation(let text): "the TLS connection is broken: \(text)"
        case .malformedPEM(let what): "this is not a PEM \(what); check that the file is the right one and complete"
        case .badRequest(let text): "the certificate signing request was refused: \(text)"
        case .invalidName(let text): "\"\(text)\" cannot stand in a certificate; use 1 to 64 letters, digits, '.', '_' or '-'"
        case .keyMismatch: "the certificate and the private key do not belong together; enrol again or restore the right pair"
        case .file(let path, let reason): "\(path): \(reason)"
        case .library(let text): "OpenSSL failed: \(text)"
        }
    }
}
