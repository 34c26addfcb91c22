// SPDX-License-Identifier: Apache-2.0

/// A short name that is safe in file names, URLs, logs and certificates.
///
/// 1 to 64 characters of `A-Z a-z 0-9 . _ -`, the first not a dot. Ordered by bytes; coded as a plain string, also as a
/// dictionary key.
package protocol Identifier:
    RawRepresentable, Hashable, Comparable, Codable, CodingKeyRepresentable, Sendable, CustomStringConvertible
where RawValue == String {
    /// Wraps text that was already checked.
    init(checked text: String)
}

/// The rule that all identifiers share.
package enum IdentifierRule {
    /// The longest identifier, in bytes.
    package static let maxBytes = 64

    package static let description = "1 to 64 characters of A-Z a-z 0-9 . _ -, not starting with a dot"

    package static func allows(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (1...maxBytes).contains(bytes.count), bytes.first != UInt8(ascii: ".") else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}

extension Identifier {
    /// The identifier with this text; nil when the text breaks the rule.
    package init?(_ text: String) {
        guard IdentifierRule.allows(text) else { return nil }
        self.init(checked: text)
    }

    package init?(rawValue: String) {
        self.init(rawValue)
    }

    package var description: String { rawValue }

    package static func < (left: Self, right: Self) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }
}
