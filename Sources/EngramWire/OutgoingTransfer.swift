// SPDX-License-Identifier: Apache-2.0

/// An outgoing transfer: which bytes the next chunk takes.
package struct OutgoingTransfer: Equatable, Sendable {
    /// One chunk: where its bytes are, and whether it is the last.
    package struct Piece: Equatable, Sendable {
        package let range: Range<Int>
        package let isLast: Bool
    }

    /// Which side sends.
    package enum Direction: Sendable {
        /// Agent to coordinator: nothing is sent when nothing is missing, the receipt follows at once.
        case upload
        /// Coordinator to client: ends with a last chunk in any case, an empty one if nothing is missing.
        case download
    }

    package let size: Int
    package private(set) var offset: Int
    package private(set) var isComplete: Bool
    private let chunkBytes: Int

    /// - Throws: `overLimit` when the offset lies past the size; `malformed` for sizes that do not fit this machine.
    package init(size: UInt64, from offset: UInt64, direction: Direction, limits: WireLimits) throws(WireError) {
        guard let size = Int(exactly: size) else { throw .malformed("a transfer of \(size) bytes") }
        guard let offset = Int(exactly: offset), offset <= size else {
            throw .overLimit(what: "transfer offset", value: Int(clamping: offset), limit: size)
        }
        self.size = size
        self.offset = offset
        chunkBytes = max(1, limits.chunkBytes)
        isComplete = direction == .upload && offset == size
    }

    /// The next chunk; nil after the last.
    package mutating func next() -> Piece? {
        guard !isComplete else { return nil }
        let end = offset + min(chunkBytes, size - offset)
        defer { offset = end }
        isComplete = end == size
        return Piece(range: offset..<end, isLast: isComplete)
    }
}
