// SPDX-License-Identifier: Apache-2.0

/// The protocol versions that this code speaks, and how two sides agree on one.
package enum ProtocolVersion {
    package static let oldest: UInt8 = 1
    package static let newest: UInt8 = 1

    /// The highest version that both sides speak; nil when there is none.
    package static func agreed(min low: UInt8, max high: UInt8) -> UInt8? {
        let version = min(high, newest)
        return version >= low && version >= oldest ? version : nil
    }
}
