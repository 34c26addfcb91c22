// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLocks

/// What has arrived of blobs whose download was cut: the next connection asks for the rest only.
package final class PartialDownloads: Sendable {
    private let parts = Mutex<[Digest: [UInt8]]>([:])

    package init() {}

    func take(_ digest: Digest) -> [UInt8] { parts.withLock { $0.removeValue(forKey: digest) ?? [] } }

    func keep(_ bytes: [UInt8], of digest: Digest) { parts.withLock { $0[digest] = bytes } }

    /// Forgets everything, when the work that needed it is gone.
    package func clear() { parts.withLock { $0 = [:] } }
}
