// SPDX-License-Identifier: Apache-2.0

/// A SHA-256 digest (FIPS 180-4): the name of a blob.
///
/// Ordered by its bytes; coded as 64 lower-case hexadecimal characters.
package struct Digest: Hashable, Comparable, Sendable {
    /// Bytes in a digest.
    package static let count = 32

    // Four words instead of an array: no allocation, and the order of the words is the order of the bytes.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest whose bytes these are; nil unless there are exactly 32.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.count else { return nil }
        var reader = ByteReader(Array(bytes))
        guard let first = try? reader.u64(), let second = try? reader.u64(), let third = try? reader.u64(),
            let fourth = try? reader.u64()
        else { return nil }
        words = (first, second, third, fourth)
    }

    /// The digest written in 64 hexadecimal characters of either case; nil otherwise.
    package init?(hex: String) {
        guard hex.utf8.count == 2 * Self.count, let bytes = [UInt8](hex: hex) else { return nil }
        self.init(bytes: bytes)
    }

    package init(of bytes: [UInt8]) {
        self.init(of: bytes[...])
    }

    package init(of bytes: ArraySlice<UInt8>) {
        let stream = DigestStream()
        stream.update(bytes)
        self = stream.finish()
    }

    package var bytes: [UInt8] {
        var writer = ByteWriter(reserving: Self.count)
        writer.u64(words.0)
        writer.u64(words.1)
        writer.u64(words.2)
        writer.u64(words.3)
        return writer.bytes
    }

    package var hex: String { bytes.hex }

    package static func == (left: Digest, right: Digest) -> Bool {
        left.words == right.words
    }

    package static func < (left: Digest, right: Digest) -> Bool {
        left.words < right.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension Digest: CustomStringConvertible {
    package var description: String { hex }
}

extension Digest: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let digest = Digest(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a digest is 64 hexadecimal characters")
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
