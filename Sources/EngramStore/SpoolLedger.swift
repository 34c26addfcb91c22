// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramWire

/// What the files in the spool count for, so that the total is known without looking at the disk.
struct SpoolLedger {
    private(set) var total = 0
    private var charges: [UploadKey: [Digest: Int]] = [:]

    func charge(_ key: UploadKey, _ digest: Digest) -> Int { charges[key]?[digest] ?? 0 }
    func digests(of key: UploadKey) -> [Digest] { (charges[key] ?? [:]).keys.sorted() }

    mutating func set(_ key: UploadKey, _ digest: Digest, _ bytes: Int) {
        total += bytes - charge(key, digest)
        charges[key, default: [:]][digest] = bytes
    }

    mutating func drop(_ key: UploadKey, _ digest: Digest) {
        total -= charge(key, digest)
        charges[key]?[digest] = nil
        if charges[key]?.isEmpty == true { charges[key] = nil }
    }

    mutating func drop(_ run: RunID, upTo round: Int) {
        charges = charges.filter { key, sizes in
            guard key.run == run && key.round <= round else { return true }
            total -= sizes.values.reduce(0, +)
            return false
        }
    }
}
