// SPDX-License-Identifier: Apache-2.0
import EngramBytes

/// Reads the fields of a message, each against its limit.
struct PayloadReader {
    private var reader: ByteReader
    let limits: WireLimits

    init(_ payload: [UInt8], limits: WireLimits) {
        reader = ByteReader(payload)
        self.limits = limits
    }

    mutating func u8() throws(WireError) -> UInt8 {
        try reading { () throws(BytesError) in try reader.u8() }
    }

    mutating func u16() throws(WireError) -> UInt16 {
        try reading { () throws(BytesError) in try reader.u16() }
    }

    mutating func u32() throws(WireError) -> UInt32 {
        try reading { () throws(BytesError) in try reader.u32() }
    }

    mutating func u64() throws(WireError) -> UInt64 {
        try reading { () throws(BytesError) in try reader.u64() }
    }

    mutating func finite(_ what: String) throws(WireError) -> Double {
        let value = try reading { () throws(BytesError) in try reader.f64() }
        guard value.isFinite else { throw .notFinite(what) }
        return value
    }

    mutating func bool(_ what: String) throws(WireError) -> Bool {
        switch try u8() {
        case 0: return false
        case 1: return true
        case let other: throw .malformed("\(what) is \(other), neither 0 nor 1")
        }
    }

    mutating func text(_ what: String, limit: Int) throws(WireError) -> String {
        do {
            return try reader.string(limit: limit)
        } catch {
            if case .limit(_, let value, let limit) = error { throw .overLimit(what: what, value: value, limit: limit) }
            throw .malformed("\(what): \(error.description)")
        }
    }

    mutating func identifier<ID: Identifier>(_ what: String) throws(WireError) -> ID {
        let text = try text(what, limit: IdentifierRule.maxBytes)
        guard let id = ID(text) else { throw .malformed("\(what) is not \(IdentifierRule.description)") }
        return id
    }

    /// An identifier, or nil for the empty text.
    mutating func optionalIdentifier<ID: Identifier>(_ what: String) throws(WireError) -> ID? {
        let text = try text(what, limit: IdentifierRule.maxBytes)
        guard !text.isEmpty else { return nil }
        guard let id = ID(text) else { throw .malformed("\(what) is not \(IdentifierRule.description)") }
        return id
    }

    mutating func digest() throws(WireError) -> Digest {
        let bytes = try reading { () throws(BytesError) in try reader.bytes(Digest.count) }
        guard let digest = Digest(bytes: bytes) else { throw .malformed("a digest of \(bytes.count) bytes") }
        return digest
    }

    /// Bytes after a u32 count.
    mutating func bytes(_ what: String, limit: Int) throws(WireError) -> [UInt8] {
        let count = Int(try u32())
        guard count <= limit else { throw .overLimit(what: what, value: count, limit: limit) }
        return Array(try reading { () throws(BytesError) in try reader.bytes(count) })
    }

    /// Everything that is left, without a count.
    mutating func remainder(_ what: String, limit: Int) throws(WireError) -> [UInt8] {
        guard reader.remaining <= limit else { throw .overLimit(what: what, value: reader.remaining, limit: limit) }
        return Array(reader.remainder())
    }

    mutating func size(_ what: String, limit: Int) throws(WireError) -> UInt64 {
        let value = try u64()
        guard value <= UInt64(limit) else { throw .overLimit(what: what, value: Int(clamping: value), limit: limit) }
        return value
    }

    mutating func code() throws(WireError) -> RefusalCode {
        let number = try u16()
        guard let code = RefusalCode(rawValue: number) else { throw .malformed("refusal code \(number) is unknown") }
        return code
    }

    func finish() throws(WireError) {
        try reading { () throws(BytesError) in try reader.finish() }
    }
}
