// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramLocks
package import Foundation

/// Files that are named by what they hold (SHA-256): models, and whatever else is large and never changes.
///
/// A blob appears whole or not at all: it is written under another name first. Safe to use from several threads.
package final class BlobStore: Sendable {
    private let root: String
    // Names for files being written; also keeps `collect` and `put` apart.
    private let counter = Mutex(0)
    private var incoming: String { root + "/incoming" }

    /// The blobs of a state folder; what a crash left half written is removed.
    package convenience init(in folder: StateFolder) throws(StoreError) {
        try self.init(at: folder.blobsPath)
    }

    init(at root: String) throws(StoreError) {
        self.root = root
        try Folders.make(root)
        try Folders.removeTree(root + "/incoming")
        try Folders.make(root + "/incoming")
    }

    /// Keeps the bytes; those that are kept already cost one comparison, and a damaged copy of them is replaced.
    /// - Parameter durable: whether to return only when the blob would survive a loss of power.
    /// - Returns: the blob's name.
    /// - Throws: `.diskFull`, `.readOnly`
    package func put(_ bytes: [UInt8], durable: Bool) throws(StoreError) -> Digest {
        let digest = Digest(of: bytes)
        try counter.withLock { (count) throws(StoreError) in
            let final = path(digest)
            if Folders.fileSize(final) == bytes.count, (try? read(digest)) == bytes {
                // It may have been put without waiting for the disk.
                if durable { try flush(final) }
                return
            }
            count += 1
            let temporary = incoming + "/\(count)"
            do throws(StoreError) {
                try write(bytes, to: temporary, durable: durable)
                try Folders.make(folder(of: digest))
                try Folders.rename(temporary, to: final)
            } catch {
                try? Folders.removeFile(temporary)
                throw error
            }
            if durable { try flushNames(of: digest) }
        }
        return digest
    }

    /// The blob's bytes, verified.
    /// - Throws: `.blobMissing`, `.blobDamaged`
    package func read(_ digest: Digest) throws(StoreError) -> [UInt8] {
        guard let size = Folders.fileSize(path(digest)) else { throw .blobMissing(digest) }
        let bytes = try OpenFile(path(digest), .reading).read(size, at: 0)
        guard Digest(of: bytes) == digest else { throw .blobDamaged(digest) }
        return bytes
    }

    /// The blob's bytes as pages of the file, verified once now: for large blobs of which only slices are wanted.
    /// - Throws: `.blobMissing`, `.blobDamaged`
    package func map(_ digest: Digest) throws(StoreError) -> Data {
        let file = URL(fileURLWithPath: path(digest))
        guard Folders.fileSize(path(digest)) != nil, let data = try? Data(contentsOf: file, options: .alwaysMapped) else {
            throw .blobMissing(digest)
        }
        let stream = DigestStream()
        var start = 0
        while start < data.count {
            let end = min(start + (1 << 20), data.count)
            stream.update([UInt8](data[start..<end]))
            start = end
        }
        guard stream.finish() == digest else { throw .blobDamaged(digest) }
        return data
    }

    /// Bytes in the blob; nil when it is not here.
    package func size(_ digest: Digest) -> Int? {
        Folders.fileSize(path(digest))
    }

    package func exists(_ digest: Digest) -> Bool {
        size(digest) != nil
    }

    /// Every blob, in the order of the digests.
    package func all() -> [Digest] {
        Folders.names(in: root).flatMap { prefix in
            Folders.names(in: root + "/" + prefix).compactMap { Digest(hex: prefix + $0) }
        }
    }

    /// Removes every blob but these.
    ///
    /// Call it when nothing put since `keep` was made is wanted: between rounds, from the thread that puts.
    /// - Returns: how many were removed, and their bytes.
    @discardableResult
    package func collect(keeping keep: Set<Digest>) throws(StoreError) -> (blobs: Int, bytes: Int) {
        try counter.withLock { (_) throws(StoreError) in
            var removed = (blobs: 0, bytes: 0)
            for digest in all() where !keep.contains(digest) {
                removed.blobs += 1
                removed.bytes += size(digest) ?? 0
                try Folders.removeFile(path(digest))
            }
            return removed
        }
    }

    // MARK: Names

    private func folder(of digest: Digest) -> String {
        root + "/" + digest.hex.prefix(2)
    }

    func path(_ digest: Digest) -> String {
        folder(of: digest) + "/" + digest.hex.dropFirst(2)
    }

    // MARK: Disk

    private func write(_ bytes: [UInt8], to path: String, durable: Bool) throws(StoreError) {
        let file = try OpenFile(path, .new)
        if let failure = file.write(bytes[...], at: 0).failure { throw failure }
        if durable { try file.synchronise() }
    }

    private func flush(_ path: String) throws(StoreError) {
        try OpenFile(path, .reading).synchronise()
        let folder = (path as NSString).deletingLastPathComponent
        try Folders.synchronise(folder)
        try Folders.synchronise(root)
    }

    private func flushNames(of digest: Digest) throws(StoreError) {
        try Folders.synchronise(folder(of: digest))
        // The folder itself may be new.
        try Folders.synchronise(root)
    }
}
