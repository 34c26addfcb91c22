// SPDX-License-Identifier: Apache-2.0
import EngramBytes

/// Cuts a stream of bytes into frames.
///
/// Call `append` for what was read and then `next` until it gives nil. A length over the limits is refused as soon as the
/// header is there, before the payload is waited for; nothing is reserved from a length. After an error the decoder only
/// repeats it.
package struct FrameDecoder: Sendable {
    /// A larger buffer is given back when it is empty.
    private static let keptBytes = 64 * 1024

    private let limits: WireLimits
    private var buffer: [UInt8] = []
    private var start = 0
    private var failure: WireError?

    package init(limits: WireLimits) {
        self.limits = limits
    }

    /// Bytes waiting for the rest of their frame.
    package var buffered: Int { buffer.count - start }
    /// Memory held for bytes; small again once a large frame is done, because most connections are idle.
    package var reservedBytes: Int { buffer.capacity }

    package mutating func append(_ bytes: [UInt8]) {
        guard failure == nil else { return }
        // Also for a peer whose every read ends inside a header: what was cut off must not pile up.
        if start > buffer.count / 2 { compact() }
        buffer.append(contentsOf: bytes)
    }

    package mutating func next() throws(WireError) -> Frame? {
        if let failure { throw failure }
        do {
            return try cut()
        } catch {
            failure = error
            buffer = []
            start = 0
            throw error
        }
    }

    private mutating func cut() throws(WireError) -> Frame? {
        guard buffered >= Frame.lengthBytes else { return nil }
        var reader = ByteReader(buffer[start...])
        let length = Int(try reading { () throws(BytesError) in try reader.u32() })
        guard length >= Frame.headerBytes else { throw .malformed("a frame of \(length) bytes has no room for its header") }
        guard length <= limits.maxFrameBytes else {
            throw .overLimit(what: "frame length", value: length, limit: limits.maxFrameBytes)
        }
        guard reader.remaining >= Frame.headerBytes else { return nil }
        var frame = try reading { () throws(BytesError) in
            Frame(
                version: try reader.u8(), kind: try reader.u8(), flags: try reader.u16(), stream: try reader.u32(), payload: [])
        }
        let payload = length - Frame.headerBytes
        let limit = MessageKind(rawValue: frame.kind)?.maxPayloadBytes(limits) ?? limits.maxControlBytes
        guard payload <= limit else {
            throw .overLimit(what: "payload of message kind \(frame.kind)", value: payload, limit: limit)
        }
        guard reader.remaining >= payload else {
            compact()
            return nil
        }
        frame.payload = Array(try reading { () throws(BytesError) in try reader.bytes(payload) })
        start += Frame.lengthBytes + length
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptBytes)
            start = 0
        }
        return frame
    }

    // Moving the rest to the front once per frame keeps the buffer as small as one frame and one read.
    private mutating func compact() {
        guard start > 0 else { return }
        buffer.removeFirst(start)
        start = 0
    }
}
