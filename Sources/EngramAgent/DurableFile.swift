// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Files that are there whole or not at all, after a loss of power too.
package enum DurableFile {
    package static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw AgentError.cannotWrite(path: path, reason: "\(error.localizedDescription)")
        }
    }

    /// Writes beside, synchronises, renames, synchronises the folder.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        let beside = path + ".new"
        let file = unsafe open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw AgentError.cannotWrite(path: beside, reason: Self.reason) }
        defer { close(file) }
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Foundation.write(file, buffer.baseAddress.map { unsafe $0 + offset }, buffer.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw AgentError.cannotWrite(path: beside, reason: Self.reason) }
            offset += count
        }
        guard fsync(file) == 0 else { throw AgentError.cannotWrite(path: beside, reason: Self.reason) }
        guard unsafe rename(beside, path) == 0 else { throw AgentError.cannotWrite(path: path, reason: Self.reason) }
        let folder = unsafe open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    private static var reason: String { unsafe String(cString: strerror(errno)) }
}
