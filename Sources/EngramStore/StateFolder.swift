// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A coordinator's state on disk, held by this process alone: the database, the blobs and the upload spool are in it.
///
/// Everything that could lose data later is refused here, at the start: no write access, a network file system, a folder that
/// every user may enter, a second engramd. The lock is held until the last owner of this object goes.
package final class StateFolder: Sendable {
    package let path: String
    private let lock: FolderLock

    /// Makes the folder for `engramd init` (mode 0700, missing parents too), or takes an empty one, and holds it.
    /// - Throws: `.alreadyInitialised` when a database is there already, `.holdsOtherFiles` when other things are, and what
    ///   `init(opening:)` throws.
    package convenience init(creating path: String) throws(StoreError) {
        if !Folders.isFolder(path) {
            let parent = (path as NSString).deletingLastPathComponent
            if !parent.isEmpty, !Folders.isFolder(parent) {
                do {
                    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
                } catch {
                    throw .readOnly(path: parent)
                }
            }
            try Folders.make(path)
            try Folders.synchronise(parent.isEmpty ? "." : parent)
        }
        guard Folders.fileSize(Self.database(in: path)) == nil else { throw .alreadyInitialised(path: path) }
        // Closing a folder to others that is somebody's already would be a surprise; ours, from an init that was cut short, has
        // the lock.
        let names = Folders.names(in: path)
        guard names.isEmpty || names.contains(Self.lockName) else { throw .holdsOtherFiles(path: path) }
        guard unsafe chmod(path, 0o700) == 0 else { throw .failed("protect", path, errno) }
        try self.init(holding: path)
    }

    /// Opens and holds a folder that `engramd init` made.
    package convenience init(opening path: String) throws(StoreError) {
        guard unsafe access(path, F_OK) == 0 else { throw .notInitialised(path: path) }
        try self.init(holding: path)
        guard Folders.fileSize(databasePath) != nil else { throw .notInitialised(path: path) }
    }

    private init(holding path: String) throws(StoreError) {
        guard Folders.isFolder(path) else { throw .notAFolder(path: path) }
        if let kind = FileSystemKind.network(at: path) { throw .networkFolder(path: path, kind: kind) }
        guard unsafe access(path, W_OK | X_OK) == 0 else { throw .readOnly(path: path) }
        let lock = try FolderLock(path + "/" + Self.lockName, in: path)
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw .failed("look at", path, errno) }
        guard status.st_mode & 0o007 == 0 else {
            throw .openToOthers(path: path, mode: String(status.st_mode & 0o7777, radix: 8))
        }
        self.path = path
        self.lock = lock
    }

    /// Writes a small file and removes it: whether the folder takes anything at this moment.
    package func checkWritable() throws(StoreError) {
        let path = path + "/.probe"
        try Folders.removeFile(path)
        let file = try OpenFile(path, .new)
        if let failure = file.write([0], at: 0).failure { throw failure }
        try file.synchronise()
        try Folders.removeFile(path)
    }

    package var databasePath: String { Self.database(in: path) }
    package var blobsPath: String { path + "/blobs" }
    package var spoolPath: String { path + "/spool" }

    private static let lockName = "engramd.lock"

    private static func database(in path: String) -> String { path + "/engram.sqlite" }
}
