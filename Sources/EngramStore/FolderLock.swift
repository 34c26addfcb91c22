// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The one engramd that may use a state folder: an flock(2) on a file in it, let go when this value goes or the process ends.
///
/// A lock of the kernel, not a file that merely exists: a process that was killed leaves nothing to clean up.
final class FolderLock: Sendable {
    private let file: OpenFile

    /// Takes the lock at once or throws `.locked` with what its holder wrote about itself.
    init(_ path: String, in folder: String) throws(StoreError) {
        file = try OpenFile(path, .creating)
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            guard code == EWOULDBLOCK else { throw .failed("lock", path, code) }
            let holder = String(decoding: (try? file.read(200, at: 0)) ?? [], as: UTF8.self)
            throw .locked(path: folder, by: holder.isEmpty ? "another engramd" : holder)
        }
        try file.truncate(to: 0)
        let note = "process \(getpid()) on \(ProcessInfo.processInfo.hostName)"
        if let failure = file.write(Array(note.utf8)[...], at: 0).failure { throw failure }
    }
}
