// SPDX-License-Identifier: Apache-2.0
import Foundation

/// An open file that is closed when its owner goes: the few calls of POSIX that the store needs, EINTR handled.
struct OpenFile: ~Copyable, Sendable {
    enum Access {
        /// Reading an existing file or folder.
        case reading
        /// Writing an existing file.
        case writing
        /// Reading and writing, made (0600) when missing.
        case creating
        /// A new file (0600); one of that name is an error.
        case new

        var flags: Int32 {
            switch self {
            case .reading: O_RDONLY | O_CLOEXEC
            case .writing: O_RDWR | O_CLOEXEC
            case .creating: O_RDWR | O_CREAT | O_CLOEXEC
            case .new: O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
            }
        }
    }

    let path: String
    let descriptor: Int32

    init(_ path: String, _ access: Access) throws(StoreError) {
        let opened = unsafe open(path, access.flags, 0o600)
        guard opened >= 0 else { throw .failed("open", path, errno) }
        self.path = path
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    /// Bytes in the file now.
    func size() throws(StoreError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .failed("look at", path, errno) }
        return Int(status.st_size)
    }

    /// Writes what it can from `offset` on.
    /// - Returns: how many bytes are in the file for good, and why it stopped before the last one, if it did.
    func write(_ bytes: ArraySlice<UInt8>, at offset: Int) -> (written: Int, failure: StoreError?) {
        var written = 0
        while written < bytes.count {
            let (done, code) = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                let done = unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
                return (done, done < 0 ? errno : 0)
            }
            if done < 0 && code == EINTR { continue }
            // A call that takes nothing of something would spin for ever: count it as a full disk.
            guard done > 0 else { return (written, .failed("write", path, done < 0 ? code : ENOSPC)) }
            written += done
        }
        return (written, nil)
    }

    /// Up to `count` bytes from `offset` on; fewer only at the end of the file.
    func read(_ count: Int, at offset: Int) throws(StoreError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(1, count)) { buffer, filled in
            filled = 0
            while filled < count {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                let done = unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
                if done == 0 { break }
                if done < 0 {
                    if errno == EINTR { continue }
                    failure = errno
                    break
                }
                filled += done
            }
        }
        guard failure == 0 else { throw .failed("read", path, failure) }
        return bytes
    }

    func truncate(to size: Int) throws(StoreError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw .failed("truncate", path, errno) }
    }

    /// Returns when the file (or the names in the folder) would survive a loss of power.
    func synchronise() throws(StoreError) {
        guard fsync(descriptor) == 0 else { throw .failed("flush", path, errno) }
    }
}
