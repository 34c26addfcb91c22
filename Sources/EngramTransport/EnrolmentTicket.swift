// SPDX-License-Identifier: Apache-2.0
package import EngramBytes

/// A token as a person hands it over: a secret that opens the door once, and the fingerprint by which the newcomer knows the door.
///
/// Written `engram1-SECRET-FINGERPRINT`, both in hexadecimal; whoever has it can enrol, so it is to be treated like a password.
package struct EnrolmentTicket: Equatable, Sendable {
    package static let secretBytes = 16

    package let secret: [UInt8]
    /// SHA-256 of the federation's authority certificate, in lower-case hexadecimal.
    package let fingerprint: String

    package init(secret: [UInt8], fingerprint: String) {
        self.secret = secret
        self.fingerprint = fingerprint
    }

    package init?(_ text: String) {
        let parts = text.trimmingPrefix { $0.isWhitespace }.split(separator: "-", omittingEmptySubsequences: false).map(
            String.init)
        guard parts.count == 3, parts[0] == "engram1", let secret = [UInt8](hex: parts[1]), secret.count == Self.secretBytes,
            let print = [UInt8](hex: parts[2].filter { !$0.isWhitespace }), print.count == 32
        else { return nil }
        self.init(secret: secret, fingerprint: print.hex)
    }

    package var text: String { "engram1-\(secret.hex)-\(fingerprint)" }

    /// What the coordinator stores of it.
    package var secretHash: Digest { Digest(of: secret) }
}
