// SPDX-License-Identifier: Apache-2.0
package import EngramBytes

/// What is wrong with something that came off the wire, or that was about to be put on it.
package enum WireError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes break their format; the text says how.
    case malformed(String)
    /// A size or count over its named limit.
    case overLimit(what: String, value: Int, limit: Int)
    case unknownKind(UInt8)
    case unsupportedVersion(UInt8)
    /// A known message at the wrong time or on the wrong stream.
    case outOfOrder(String)
    /// A NaN or an infinity; the text names the tensor or scalar.
    case notFinite(String)
    /// A codec that makes no sense.
    case senselessCodec(String)

    package init(_ error: BytesError) {
        self =
            switch error {
            case .limit(let what, let value, let limit): .overLimit(what: what, value: value, limit: limit)
            case .truncated, .malformed: .malformed(error.description)
            }
    }

    /// What the peer is told.
    package var code: RefusalCode {
        switch self {
        case .malformed, .senselessCodec: .malformed
        case .overLimit: .overLimit
        case .unknownKind: .unknownKind
        case .unsupportedVersion: .unsupportedVersion
        case .outOfOrder: .outOfOrder
        case .notFinite: .notFinite
        }
    }

    package var description: String {
        switch self {
        case .malformed(let reason): "malformed message: \(reason)"
        case .overLimit(let what, let value, let limit):
            "\(what) is \(value), over the limit of \(limit) (docs/protocol.md, \"Limits\")"
        case .unknownKind(let kind): "message kind \(kind) is unknown in protocol version \(ProtocolVersion.newest)"
        case .unsupportedVersion(let version):
            "protocol version \(version) is not supported; this side speaks versions \(ProtocolVersion.oldest) to "
                + "\(ProtocolVersion.newest)"
        case .outOfOrder(let reason): "message out of order: \(reason)"
        case .notFinite(let what): "\(what) holds a NaN or an infinity; check the learning rate and the data of the sender"
        case .senselessCodec(let reason): "senseless codec: \(reason)"
        }
    }
}

/// Runs a read of bytes inside code that throws wire errors.
func reading<T>(_ read: () throws(BytesError) -> T) throws(WireError) -> T {
    do {
        return try read()
    } catch {
        throw WireError(error)
    }
}
