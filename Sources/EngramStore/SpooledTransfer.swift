// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLocks

/// One upload on its way into the spool: a partial file, how far it is, and the digest of what is there.
///
/// No file stays open between two pieces, so that the number of transfers is not bounded by descriptors.
final class SpooledTransfer: Sendable {
    let key: UploadKey
    let digest: Digest
    let size: Int
    /// The file being filled, and its name once it is whole; the same when a whole file of an earlier process is checked again.
    private let partial: String
    private let whole: String
    private let state: Mutex<State>

    private struct State {
        var offset: Int
        // Bytes that `stream` has seen; behind `offset` when the file is older than this process.
        var hashed = 0
        let stream = DigestStream()
    }

    init(key: UploadKey, digest: Digest, size: Int, partial: String, whole: String, offset: Int) {
        self.key = key
        self.digest = digest
        self.size = size
        self.partial = partial
        self.whole = whole
        state = Mutex(State(offset: offset))
    }

    var offset: Int { state.withLock { $0.offset } }

    /// Adds bytes at the end.
    /// - Returns: the next offset.
    /// - Throws: `.uploadAtWrongOffset`, `.uploadTooLarge` past the announced size, `.diskFull` (what was written stays)
    func append(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(StoreError) -> Int {
        try state.withLock { (state) throws(StoreError) in
            guard offset == state.offset else {
                throw .uploadAtWrongOffset(key, expected: state.offset, got: offset)
            }
            guard bytes.count <= size - state.offset else {
                throw .uploadTooLarge(key, size: state.offset + bytes.count, limit: size)
            }
            let (written, failure) = try OpenFile(partial, .writing).write(bytes, at: state.offset)
            if state.hashed == state.offset {
                state.stream.update(bytes.prefix(written))
                state.hashed += written
            }
            state.offset += written
            if let failure { throw failure }
            return state.offset
        }
    }

    /// Verifies the digest and gives the file its final name.
    /// - Throws: `.uploadIncomplete`; `.uploadDamaged`, and the file is gone
    func finish() throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            guard state.offset == size else { throw .uploadIncomplete(key, have: state.offset, of: size) }
            let file = try OpenFile(partial, .reading)
            while state.hashed < state.offset {
                let piece = try file.read(min(1 << 20, state.offset - state.hashed), at: state.hashed)
                // Shorter than it was: someone else's hands. The digest will not match.
                if piece.isEmpty { break }
                state.stream.update(piece)
                state.hashed += piece.count
            }
            guard try file.size() == size, state.stream.finish() == digest else {
                try Folders.removeFile(partial)
                throw .uploadDamaged(key)
            }
            if partial != whole { try Folders.rename(partial, to: whole) }
        }
    }
}
