// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Tells local file systems from those that reach over a network.
///
/// SQLite's WAL needs memory shared between all that have the file open, and locks that work; NFS, SMB and file systems in user
/// space that speak to another machine give neither (sqlite.org, "Write-Ahead Logging", §1).
enum FileSystemKind {
    /// Types, as mountinfo names them, that are on another machine. Other file systems in user space (NTFS, mergerfs) are local.
    private static let remote: Set<String> = [
        "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afs", "coda", "ceph", "lustre", "ncpfs", "fuse.sshfs", "fuse.s3fs",
        "fuse.rclone", "fuse.gcsfuse", "fuse.goofys", "fuse.davfs", "fuse.curlftpfs", "fuse.smbnetfs", "fuse.glusterfs",
        "fuse.ceph",
    ]

    /// The type of the network file system that the folder is on; nil when it is local, or when the kernel does not say.
    static func network(at path: String) -> String? {
        let mounts = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return network(at: real, in: mounts)
    }

    /// The same for a path without symbolic links and the text of mountinfo.
    static func network(at path: String, in mounts: String) -> String? {
        mountType(of: path, in: mounts).flatMap { remote.contains($0) ? $0 : nil }
    }

    /// The type of the mount that holds the path: the longest mount point that is a prefix of it (proc(5), mountinfo).
    static func mountType(of path: String, in mounts: String) -> String? {
        var best: (length: Int, type: String)?
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash > 4, dash + 1 < fields.count else { continue }
            let point = unescaped(fields[4])
            guard path == point || point == "/" || path.hasPrefix(point + "/") else { continue }
            // Later lines are mounted over earlier ones.
            if point.utf8.count >= best?.length ?? 0 { best = (point.utf8.count, String(fields[dash + 1])) }
        }
        return best?.type
    }

    private static func unescaped(_ field: Substring) -> String {
        field.replacingOccurrences(of: "\\040", with: " ").replacingOccurrences(of: "\\011", with: "\t")
            .replacingOccurrences(of: "\\012", with: "\n").replacingOccurrences(of: "\\134", with: "\\")
    }
}
