// SPDX-License-Identifier: Apache-2.0

/// Turns messages into frames and frames into messages, for one version of the protocol and one set of limits.
package struct MessageCodec: Sendable {
    package let limits: WireLimits
    package let version: UInt8

    package init(limits: WireLimits, version: UInt8 = ProtocolVersion.oldest) {
        self.limits = limits
        self.version = version
    }

    /// The frame of a message.
    ///
    /// - Throws: `overLimit` or `notFinite` for what the peer would refuse; `malformed` for a stream number that is missing.
    ///   Texts for people are clipped instead.
    package func frame(_ message: Message) throws(WireError) -> Frame {
        let kind = message.kind
        let stream = message.stream
        guard (stream != 0) == kind.isOnStream else { throw .malformed("\(kind) needs a stream number other than 0") }
        var flags: UInt16 = 0
        switch message {
        case .chunk(let chunk) where chunk.isLast: flags = Frame.lastFlag
        case .response(let response) where response.isLast: flags = Frame.lastFlag
        default: break
        }
        let payload = try payload(of: message)
        return Frame(version: version, kind: kind.rawValue, flags: flags, stream: stream, payload: payload)
    }

    /// The bytes of a message's frame, ready for the wire.
    package func encoded(_ message: Message) throws(WireError) -> [UInt8] {
        try frame(message).encoded()
    }

    /// The message in a frame.
    ///
    /// - Throws: what is wrong with it; `WireError.code` is what to tell the peer.
    package func message(_ frame: Frame) throws(WireError) -> Message {
        guard frame.version == version else { throw .unsupportedVersion(frame.version) }
        guard let kind = MessageKind(rawValue: frame.kind) else { throw .unknownKind(frame.kind) }
        guard (frame.stream != 0) == kind.isOnStream else {
            throw .malformed("\(kind) on stream \(frame.stream); only transfers and requests have one")
        }
        guard frame.flags & ~(kind.mayBeLast ? Frame.lastFlag : 0) == 0 else {
            throw .malformed("\(kind) with the flags \(frame.flags)")
        }
        let limit = kind.maxPayloadBytes(limits)
        guard frame.payload.count <= limit else {
            throw .overLimit(what: "payload of \(kind)", value: frame.payload.count, limit: limit)
        }
        var reader = PayloadReader(frame.payload, limits: limits)
        let message = try Self.message(kind, stream: frame.stream, isLast: frame.flags & Frame.lastFlag != 0, from: &reader)
        try reader.finish()
        return message
    }
}
