// SPDX-License-Identifier: Apache-2.0

/// What a certificate lets its owner be.
package enum Role: String, Codable, Hashable, Sendable, CaseIterable {
    case agent, `operator`, daemon
}

/// Who is at the other end, as its certificate says: the only source of identity.
package struct PeerIdentity: Hashable, Codable, Sendable, CustomStringConvertible {
    package let name: String
    package let role: Role
    /// The certificate's serial number in lower-case hexadecimal, 32 digits.
    package let serial: String
    /// Seconds since 1970.
    package let notAfter: Double
    /// SHA-256 of the certificate in lower-case hexadecimal.
    package let fingerprint: String

    package init(name: String, role: Role, serial: String, notAfter: Double, fingerprint: String) {
        self.name = name
        self.role = role
        self.serial = serial
        self.notAfter = notAfter
        self.fingerprint = fingerprint
    }

    package var description: String { "\(role.rawValue) \(name)" }

    /// Whether a name may stand in a certificate: 1 to 64 of letters, digits, `.`, `_` and `-`.
    package static func isValid(name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(isNameByte)
    }

    /// The URI that carries role and name in a certificate.
    static func uri(role: Role, name: String) -> String { "engram:\(role.rawValue):\(name)" }

    /// Reads the URI back; nil if it is not ours.
    static func parse(uri: String) -> (role: Role, name: String)? {
        let parts = uri.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "engram", let role = Role(rawValue: String(parts[1])) else { return nil }
        let name = String(parts[2])
        return isValid(name: name) ? (role, name) : nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
