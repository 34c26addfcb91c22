// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

/// Why a call to a coordinator failed.
package enum ClientError: Error, Sendable, CustomStringConvertible {
    case sessionEnded(SessionEnd)
    case refused(RefusalCode, String)
    case wrongDigest(Digest)

    package var description: String {
        switch self {
        case .sessionEnded(let end): "the session with the coordinator ended: \(end)"
        case .refused(let code, let text): "the coordinator refused (\(code)): \(text)"
        case .wrongDigest(let digest): "the blob \(digest) arrived with other bytes than its digest says; it is fetched again"
        }
    }
}
