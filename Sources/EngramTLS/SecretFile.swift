// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Files that only their owner may read: created 0600, replaced atomically, in folders of mode 0700.
package enum SecretFile {
    /// Writes the text durably: a crash leaves the old file or the new one, never a part.
    package static func write(_ text: String, to path: String) throws(TLSError) {
        let temporary = "\(path).new-\(getpid())"
        unsafe unlink(temporary)
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path, "cannot be created") }
        do throws(TLSError) {
            try writeAll(Array(text.utf8), to: descriptor, path: path)
            guard fsync(descriptor) == 0 else { throw failure(path, "cannot be written") }
        } catch {
            close(descriptor)
            unsafe unlink(temporary)
            throw error
        }
        close(descriptor)
        guard unsafe rename(temporary, path) == 0 else {
            let error = failure(path, "cannot be replaced")
            unsafe unlink(temporary)
            throw error
        }
        try syncFolder(of: path)
    }

    /// Reads a text of at most 64 KiB. A file that others may read or write is refused.
    package static func read(_ path: String) throws(TLSError) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path, "cannot be examined") }
        guard status.st_mode & 0o077 == 0 else {
            throw .file(path: path, reason: "is open to other users; run chmod 600 \(path)")
        }
        guard status.st_size <= PEM.sizeLimit else { throw .file(path: path, reason: "is too large for a key") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { raw in
                unsafe Glibc.read(
                    descriptor, UnsafeMutableRawBufferPointer(rebasing: raw[filled...]).baseAddress, raw.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path, "cannot be read") }
            filled += count
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Makes a folder (and its parents) of mode 0700; an existing one is tightened.
    package static func makeFolder(_ path: String) throws(TLSError) {
        if unsafe mkdir(path, 0o700) == 0 { return }
        switch errno {
        case EEXIST:
            guard unsafe chmod(path, 0o700) == 0 else { throw failure(path, "cannot be made private") }
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw failure(path, "cannot be created") }
            try makeParents(String(path[..<slash]))
            guard unsafe mkdir(path, 0o700) == 0 else { throw failure(path, "cannot be created") }
        default: throw failure(path, "cannot be created")
        }
    }

    /// Missing parents are made private too, existing ones are left alone.
    private static func makeParents(_ path: String) throws(TLSError) {
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure(path, "cannot be created")
        }
        try makeParents(String(path[..<slash]))
        guard unsafe mkdir(path, 0o700) == 0 else { throw failure(path, "cannot be created") }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(TLSError) {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: raw[offset...]).baseAddress, raw.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path, "cannot be written") }
            offset += count
        }
    }

    private static func syncFolder(of path: String) throws(TLSError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(folder, "cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(folder, "cannot be synchronised") }
    }

    private static func failure(_ path: String, _ what: String) -> TLSError {
        let code = errno
        var buffer = [CChar](repeating: 0, count: 256)
        unsafe strerror_r(code, &buffer, buffer.count)
        let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return .file(path: path, reason: "\(what): \(text)")
    }
}
