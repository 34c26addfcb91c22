// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The disk below a state folder: every commit and every memory is flushed to it.
enum FolderCheck {
    static let littleSpace = 2_000_000_000
    static let slowFlush = 0.05

    static func findings(_ path: String) -> [Finding] {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            return [
                .problem(
                    "state folder", "\(path): there is no such folder",
                    "engramd init --state \(path) for a coordinator, engram-agent enroll --state \(path) … for an agent")
            ]
        }
        return [mode(path, status.st_mode & 0o7777), space(path), flush(path)].compactMap(\.self)
    }

    static func mode(_ path: String, _ mode: UInt32) -> Finding {
        let octal = String(mode, radix: 8)
        guard mode & 0o077 != 0 else { return .fine("state folder", "\(path), mode \(octal)") }
        return .problem(
            "state folder", "\(path) is open to other users (mode \(octal)); keys and memories lie in it", "chmod 700 \(path)")
    }

    private static func space(_ path: String) -> Finding? {
        var disk = statvfs()
        guard unsafe statvfs(path, &disk) == 0 else { return nil }
        return space(path, free: Int(clamping: UInt64(disk.f_bavail) * UInt64(disk.f_frsize)))
    }

    static func space(_ path: String, free: Int) -> Finding {
        let found = "\(Words.bytes(free)) free below \(path)"
        return free >= littleSpace
            ? .fine("disk space", found)
            : .warning(
                "disk space", found, "a round's uploads and models must fit; make room, or move the folder to a larger disk")
    }

    /// The median of several small durable writes.
    private static func flush(_ path: String) -> Finding {
        let file = path + "/doctor.\(ProcessInfo.processInfo.processIdentifier).tmp"
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            return .problem(
                "disk writes", "\(path): \(unsafe String(cString: strerror(errno)))",
                "the program needs to write there: check owner, mount options and space (and who runs this command)")
        }
        defer {
            close(descriptor)
            unsafe unlink(file)
        }
        let block = [UInt8](repeating: 0, count: 4096)
        var times: [Double] = []
        for _ in 0..<7 {
            let start = ContinuousClock.now
            guard unsafe write(descriptor, block, block.count) == block.count, fsync(descriptor) == 0 else {
                return .problem(
                    "disk writes", "\(path): \(unsafe String(cString: strerror(errno)))", "the disk is full or failing; see dmesg"
                )
            }
            times.append((ContinuousClock.now - start) / .seconds(1))
        }
        return flush(times.sorted()[3])
    }

    static func flush(_ seconds: Double) -> Finding {
        let found = String(format: "%.1f ms for a durable write", 1000 * seconds)
        return seconds < slowFlush
            ? .fine("disk writes", found)
            : .warning("disk writes", found, "every round waits for several of them: use a local disk, better an SSD")
    }
}
