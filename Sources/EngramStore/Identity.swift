// SPDX-License-Identifier: Apache-2.0
package import EngramBytes

/// What a certificate allows its holder to do.
package enum IdentityRole: String, Codable, Sendable, CaseIterable {
    case agent
    case `operator`
    case daemon
}

/// Whether a certificate still opens the door.
package enum IdentityStatus: String, Codable, Sendable, CaseIterable {
    case active
    case revoked
    /// A newer certificate was issued to the same name.
    case superseded
}

/// A certificate that this coordinator issued. Times are seconds since 1970.
package struct Identity: Equatable, Sendable {
    /// The agent's id, or an operator's name.
    package var name: String
    package var role: IdentityRole
    /// The certificate's serial number, as the TLS layer writes it.
    package var serial: String
    /// SHA-256 of the certificate, as the TLS layer writes it.
    package var fingerprint: String
    package var issued: Double
    package var expires: Double
    package var status: IdentityStatus
    /// Why it is no longer active.
    package var reason: String?

    package init(
        name: String, role: IdentityRole, serial: String, fingerprint: String, issued: Double, expires: Double,
        status: IdentityStatus = .active, reason: String? = nil
    ) {
        self.name = name
        self.role = role
        self.serial = serial
        self.fingerprint = fingerprint
        self.issued = issued
        self.expires = expires
        self.status = status
        self.reason = reason
    }
}

/// A single-use right to enrol. The secret itself is never stored. Times are seconds since 1970.
package struct EnrolmentToken: Equatable, Sendable {
    package var secretHash: Digest
    package var label: String
    package var role: IdentityRole
    package var created: Double
    package var expires: Double
    package var usedBy: String?
    package var usedAt: Double?

    package init(
        secretHash: Digest, label: String, role: IdentityRole, created: Double, expires: Double, usedBy: String? = nil,
        usedAt: Double? = nil
    ) {
        self.secretHash = secretHash
        self.label = label
        self.role = role
        self.created = created
        self.expires = expires
        self.usedBy = usedBy
        self.usedAt = usedAt
    }
}
