// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EngramStore

@Suite(.timeLimit(.minutes(5)))
struct FileSystemKindTests {
    private let mounts = """
        22 27 0:21 / /proc rw,relatime - proc proc rw
        27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
        30 27 0:25 / /srv/share rw - nfs4 nas:/export rw,vers=4.2
        31 27 0:26 / /srv/share/local rw - xfs /dev/vdb rw
        32 27 0:27 / /home/ada/my\\040disk rw - fuse.sshfs ada@host: rw
        33 27 0:28 / /mnt/over rw - ext4 /dev/vdc rw
        34 33 0:29 / /mnt/over rw - cifs //nas/share rw
        a line that is not a mount
        """

    @Test(arguments: [
        ("/var/lib/engram", "ext4"), ("/srv/share", "nfs4"), ("/srv/share/engram", "nfs4"), ("/srv/shared", "ext4"),
        ("/srv/share/local/engram", "xfs"), ("/home/ada/my disk/engram", "fuse.sshfs"), ("/mnt/over/x", "cifs"),
    ])
    func theNearestMountCounts(path: String, type: String) {
        #expect(FileSystemKind.mountType(of: path, in: mounts) == type)
    }

    @Test(arguments: ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs"])
    func networkFileSystemsAreTold(type: String) {
        #expect(
            FileSystemKind.network(at: "/data/x", in: "1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / /data rw - \(type) b rw") == type)
    }

    @Test(arguments: ["ext4", "xfs", "btrfs", "zfs", "overlay", "tmpfs", "fuse.mergerfs", "fuseblk"])
    func localFileSystemsPass(type: String) {
        #expect(FileSystemKind.network(at: "/data/x", in: "2 1 0:2 / /data rw - \(type) b rw") == nil)
    }

    @Test func withoutMountsEverythingIsLocal() {
        #expect(FileSystemKind.network(at: "/data", in: "") == nil)
    }
}
