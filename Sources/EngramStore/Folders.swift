// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Folders and names of files, with the store's errors.
enum Folders {
    /// Makes the folder (0700) unless it is there.
    /// - Returns: true when it was made now.
    @discardableResult
    static func make(_ path: String) throws(StoreError) -> Bool {
        if unsafe mkdir(path, 0o700) == 0 { return true }
        let code = errno
        guard code == EEXIST, isFolder(path) else { throw .failed("make", path, code == EEXIST ? ENOTDIR : code) }
        return false
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Bytes in the file at the path; nil when there is no plain file.
    static func fileSize(_ path: String) -> Int? {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// The names in a folder, sorted by their bytes; none when there is no such folder.
    static func names(in path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    static func rename(_ old: String, to new: String) throws(StoreError) {
        guard unsafe Foundation.rename(old, new) == 0 else { throw .failed("rename", old, errno) }
    }

    /// Removes a file; one that is gone already is fine.
    static func removeFile(_ path: String) throws(StoreError) {
        guard unsafe unlink(path) != 0 else { return }
        let code = errno
        guard code == ENOENT else { throw .failed("remove", path, code) }
    }

    /// Removes a folder and all in it; one that is gone already is fine.
    static func removeTree(_ path: String) throws(StoreError) {
        for name in names(in: path) {
            let inner = path + "/" + name
            if isFolder(inner) { try removeTree(inner) } else { try removeFile(inner) }
        }
        guard unsafe rmdir(path) != 0 else { return }
        let code = errno
        guard code == ENOENT else { throw .failed("remove", path, code) }
    }

    /// Returns when names made, changed or removed in the folder would survive a loss of power.
    static func synchronise(_ path: String) throws(StoreError) {
        try OpenFile(path, .reading).synchronise()
    }
}
