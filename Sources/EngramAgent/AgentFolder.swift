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

    /// A number that nobody else knows, made when it is first asked for: what the noise of local privacy follows from. It stays, since an
    /// answer that is asked for again must have the same noise.
    package func secret() throws -> UInt64 {
        let file = path + "/secret"
        if let held = FileManager.default.contents(atPath: file) {
            guard held.count == 8 else {
                throw AgentError.memoryDamaged(path: file, reason: "it has \(held.count) bytes, not eight")
            }
            return held.reduce(0) { $0 << 8 | UInt64($1) }
        }
        let made = UInt64.random(in: .min ... .max)
        try DurableFile.write((0..<8).map { UInt8(truncatingIfNeeded: made >> (56 - 8 * $0)) }, to: file)
        return made
    }

    deinit { close(lock) }
}
