// SPDX-License-Identifier: Apache-2.0
import EngramBytes

/// The unit of the wire: a header of twelve bytes and a payload.
///
/// Layout, big-endian: u32 length of what follows, u8 version, u8 kind, u16 flags, u32 stream, payload.
package struct Frame: Equatable, Sendable {
    /// Bytes of the length field.
    package static let lengthBytes = 4
    /// Bytes of the header that the length counts.
    package static let headerBytes = 8
    /// Flag: the last message of its stream.
    package static let lastFlag: UInt16 = 1

    package var version: UInt8
    package var kind: UInt8
    package var flags: UInt16
    package var stream: UInt32
    package var payload: [UInt8]

    package init(version: UInt8, kind: UInt8, flags: UInt16, stream: UInt32, payload: [UInt8]) {
        self.version = version
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    /// The frame as it goes over the wire, the length field included.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter(reserving: Self.lengthBytes + Self.headerBytes + payload.count)
        writer.u32(UInt32(clamping: Self.headerBytes + payload.count))
        writer.u8(version)
        writer.u8(kind)
        writer.u16(flags)
        writer.u32(stream)
        writer.raw(payload)
        return writer.bytes
    }
}
