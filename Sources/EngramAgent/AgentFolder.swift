// SPDX-License-Identifier: Apache-2.0
package import EngramTransport
import Foundation

/// An agent's state: identity, memories, deployed models; for one process at a time.
package final class AgentFolder: Sendable {
    package let path: String
    private let lock: Int32

    package var identity: IdentityFolder { IdentityFolder(path + "/identity") }
    package var memories: MemoryFolder { MemoryFolder(path + "/runs") }
    package var deployment: String { path + "/deployed" }

    /// Opens the folder, making it if need be, and holds it until this object goes.
    package init(_ path: String) throws {
        try DurableFile.makeFolder(path)
        let file = unsafe open(path + "/agent.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw AgentError.cannotWrite(path: path + "/agent.lock", reason: unsafe String(cString: strerror(errno)))
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw AgentError.folderInUse(path: path)
        }
        self.path = path
        lock = file
    }

    deinit { close(lock) }
}
