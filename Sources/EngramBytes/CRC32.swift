// SPDX-License-Identifier: Apache-2.0
import CZlib

/// The checksum of zip and gzip (ISO 3309), by zlib.
package enum CRC32 {
    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        checksum(bytes[...])
    }

    package static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        unsafe bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return 0 }
            let typed = unsafe base.assumingMemoryBound(to: UInt8.self)
            return UInt32(truncatingIfNeeded: unsafe crc32_z(0, typed, raw.count))
        }
    }
}
