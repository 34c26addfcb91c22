// SPDX-License-Identifier: Apache-2.0

/// Reads big-endian values off the front of bytes that nobody has checked yet.
///
/// Every read either succeeds or throws and leaves the position where it was. Slices share the storage of the input: nothing is
/// copied.
package struct ByteReader: Sendable {
    private var input: ArraySlice<UInt8>

    package init(_ bytes: [UInt8]) {
        input = bytes[...]
    }

    package init(_ slice: ArraySlice<UInt8>) {
        input = slice
    }

    /// Bytes not read yet.
    package var remaining: Int { input.count }

    package mutating func u8() throws(BytesError) -> UInt8 {
        guard let value = input.popFirst() else { throw .truncated(needed: 1, left: 0) }
        return value
    }

    package mutating func u16() throws(BytesError) -> UInt16 {
        UInt16(truncatingIfNeeded: try integer(2))
    }

    package mutating func u32() throws(BytesError) -> UInt32 {
        UInt32(truncatingIfNeeded: try integer(4))
    }

    package mutating func u64() throws(BytesError) -> UInt64 {
        try integer(8)
    }

    /// The IEEE 754 bit pattern, big-endian; any pattern is accepted, NaN too.
    package mutating func f32() throws(BytesError) -> Float {
        Float(bitPattern: try u32())
    }

    /// The IEEE 754 bit pattern, big-endian; any pattern is accepted, NaN too.
    package mutating func f64() throws(BytesError) -> Double {
        Double(bitPattern: try u64())
    }

    /// The next `count` bytes, not copied; a negative count is refused like one that is too large.
    package mutating func bytes(_ count: Int) throws(BytesError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= input.count else { throw .truncated(needed: count, left: input.count) }
        defer { input = input.dropFirst(count) }
        return input.prefix(count)
    }

    /// Everything that is left.
    package mutating func remainder() -> ArraySlice<UInt8> {
        defer { input = input.suffix(0) }
        return input
    }

    /// A string: u16 byte count, then strict UTF-8 of at most `limit` bytes.
    package mutating func string(limit: Int) throws(BytesError) -> String {
        var ahead = self
        let count = Int(try ahead.u16())
        guard count <= limit else { throw .limit(what: "string length", value: count, limit: limit) }
        let bytes = try ahead.bytes(count)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed("a string is not valid UTF-8") }
        self = ahead
        return text
    }

    /// Demands that nothing is left.
    package func finish() throws(BytesError) {
        guard input.isEmpty else { throw .malformed("\(input.count) bytes left over at the end") }
    }

    private mutating func integer(_ width: Int) throws(BytesError) -> UInt64 {
        guard input.count >= width else { throw .truncated(needed: width, left: input.count) }
        var value: UInt64 = 0
        let start = input.startIndex
        for index in start..<start + width { value = value << 8 | UInt64(input[index]) }
        input = input.dropFirst(width)
        return value
    }
}
