// SPDX-License-Identifier: Apache-2.0

/// An incoming transfer: which chunk may come next.
///
/// A value; the bytes and their digest are the driver's business (`DigestStream`).
package struct TransferMachine: Equatable, Sendable {
    /// The announced size, or nil for a download of unknown size, which its last chunk ends.
    package let size: UInt64?
    /// No transfer grows past this.
    package let limit: UInt64
    /// Bytes that are there, those of earlier connections included.
    package private(set) var offset: UInt64
    package private(set) var isComplete: Bool

    /// - Throws: `overLimit` when size or offset is too large.
    package init(size: UInt64?, from offset: UInt64, limit: Int) throws(WireError) {
        let limit = UInt64(max(limit, 0))
        let end = size ?? limit
        guard end <= limit else {
            throw .overLimit(what: "transfer size", value: Int(clamping: end), limit: Int(clamping: limit))
        }
        guard offset <= end else {
            throw .overLimit(what: "transfer offset", value: Int(clamping: offset), limit: Int(clamping: end))
        }
        self.size = size
        self.limit = limit
        self.offset = offset
        isComplete = false
    }

    /// Takes note of a chunk.
    ///
    /// - Throws: `outOfOrder` for a chunk after the end, past the size, empty before the end, or with a misplaced last flag;
    /// the state   is then unchanged.
    package mutating func accept(count: Int, isLast: Bool) throws(WireError) {
        guard !isComplete else { throw .outOfOrder("a chunk after the last one") }
        let left = (size ?? limit) - offset
        let count = UInt64(max(count, 0))
        guard count <= left else { throw .outOfOrder("a chunk of \(count) bytes where \(left) are left") }
        guard count > 0 || isLast else { throw .outOfOrder("an empty chunk that is not the last") }
        if size != nil {
            guard isLast == (count == left) else {
                throw .outOfOrder(
                    isLast ? "the last chunk leaves \(left - count) bytes missing" : "the final chunk is not marked last")
            }
        }
        offset += count
        isComplete = isLast
    }

    package mutating func accept(_ chunk: Message.Chunk) throws(WireError) {
        try accept(count: chunk.bytes.count, isLast: chunk.isLast)
    }
}
