// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One line of the audit log.
package struct AuditEntry: Codable, Equatable, Sendable {
    /// The longest text from outside that is kept, in characters; the rest is cut off.
    package static let textLimit = 1024

    /// Who did it, by its certificate; a newcomer has none.
    package struct Author: Codable, Equatable, Sendable {
        package var name: String?
        package var role: String?
        /// SHA-256 of the certificate.
        package var fingerprint: String?
        /// Where it connected from.
        package var remote: String

        package init(name: String?, role: String?, fingerprint: String?, remote: String) {
            self.name = name
            self.role = role
            self.fingerprint = fingerprint
            self.remote = remote
        }
    }

    /// RFC 3339, UTC.
    package var time: String
    package var who: Author
    /// The verb on the wire, or `enrol`, `renew`.
    package var verb: String
    /// Nothing secret: no tokens, no keys, no recipes' text.
    package var arguments: [String: String]
    /// `ok`, or `refused` with the reason.
    package var outcome: String
    package var reason: String?

    /// `failure` is why it was refused; nil if it was done.
    package init(at: Double, who: Author, verb: String, arguments: [String: String], failure: String?) {
        time = Date(timeIntervalSince1970: at).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        self.who = who
        self.verb = verb
        self.arguments = arguments.mapValues { String($0.prefix(Self.textLimit)) }
        outcome = failure == nil ? "ok" : "refused"
        reason = failure.map { String($0.prefix(Self.textLimit)) }
    }
}
