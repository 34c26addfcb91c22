// SPDX-License-Identifier: Apache-2.0

/// Appends big-endian values to bytes: the mirror of `ByteReader`.
package struct ByteWriter: Sendable {
    /// The longest string that fits its u16 length.
    package static let maxStringBytes = Int(UInt16.max)

    package var bytes: [UInt8]

    package init(reserving capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    package mutating func u8(_ value: UInt8) {
        bytes.append(value)
    }

    package mutating func u16(_ value: UInt16) {
        integer(UInt64(value), width: 2)
    }

    package mutating func u32(_ value: UInt32) {
        integer(UInt64(value), width: 4)
    }

    package mutating func u64(_ value: UInt64) {
        integer(value, width: 8)
    }

    package mutating func f32(_ value: Float) {
        u32(value.bitPattern)
    }

    package mutating func f64(_ value: Double) {
        u64(value.bitPattern)
    }

    package mutating func raw(_ more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    package mutating func raw(_ more: ArraySlice<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// A string: u16 byte count, then UTF-8; longer ones are clipped at a scalar boundary to `limit` bytes (65535 at most).
    package mutating func string(_ text: String, limit: Int = maxStringBytes) {
        let clipped = text.clipped(toUTF8Bytes: min(max(limit, 0), Self.maxStringBytes))
        u16(UInt16(clipped.utf8.count))
        bytes.append(contentsOf: clipped.utf8)
    }

    private mutating func integer(_ value: UInt64, width: Int) {
        for shift in stride(from: (width - 1) * 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }
}

extension String {
    /// The longest prefix of whole scalars whose UTF-8 has at most `limit` bytes.
    package func clipped(toUTF8Bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var clipped = ""
        var count = 0
        for scalar in unicodeScalars {
            count += UTF8.width(scalar)
            if count > limit { break }
            clipped.unicodeScalars.append(scalar)
        }
        return clipped
    }
}
