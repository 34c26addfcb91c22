// SPDX-License-Identifier: Apache-2.0
import EngramBytes

/// Writes the fields of a message, each against its limit: what the peer would refuse is refused here.
struct PayloadWriter {
    private(set) var writer = ByteWriter()

    var bytes: [UInt8] { writer.bytes }

    mutating func u8(_ value: UInt8) { writer.u8(value) }
    mutating func u16(_ value: UInt16) { writer.u16(value) }
    mutating func u32(_ value: UInt32) { writer.u32(value) }
    mutating func u64(_ value: UInt64) { writer.u64(value) }
    mutating func bool(_ value: Bool) { writer.u8(value ? 1 : 0) }
    mutating func digest(_ value: Digest) { writer.raw(value.bytes) }
    mutating func code(_ value: RefusalCode) { writer.u16(value.rawValue) }
    mutating func identifier(_ value: some Identifier) { writer.string(value.rawValue) }

    mutating func finite(_ what: String, _ value: Double) throws(WireError) {
        guard value.isFinite else { throw .notFinite(what) }
        writer.f64(value)
    }

    /// A text that means something to the receiving program.
    mutating func text(_ what: String, _ value: String, limit: Int) throws(WireError) {
        try check(what, value.utf8.count, limit)
        writer.string(value)
    }

    /// A text for people: clipped rather than refused.
    mutating func clipped(_ value: String, limit: Int) {
        writer.string(value, limit: limit)
    }

    mutating func bytes(_ what: String, _ value: [UInt8], limit: Int) throws(WireError) {
        try check(what, value.count, limit)
        writer.u32(UInt32(clamping: value.count))
        writer.raw(value)
    }

    mutating func remainder(_ what: String, _ value: [UInt8], limit: Int) throws(WireError) {
        try check(what, value.count, limit)
        writer.raw(value)
    }

    mutating func size(_ what: String, _ value: UInt64, limit: Int) throws(WireError) {
        try check(what, Int(clamping: value), limit)
        writer.u64(value)
    }

    func check(_ what: String, _ value: Int, _ limit: Int) throws(WireError) {
        guard value <= limit else { throw .overLimit(what: what, value: value, limit: limit) }
    }
}
