// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramFederation
import EngramLocks
package import EngramWire
package import Logging

/// The blobs of the last work: what has not changed since is not fetched again, and what has may be rebuilt from what is here.
package final class ModelShelf: Sendable {
    private let blobs = Mutex<[Digest: [UInt8]]>([:])
    private let limits: WireLimits

    package init(limits: WireLimits) { self.limits = limits }

    /// Forgets all blobs but these: to be called when those of a new work are here, whose steps lead from the old ones.
    package func keep(_ digests: Set<Digest>) { blobs.withLock { held in held = held.filter { digests.contains($0.key) } } }

    /// A blob from the shelf, rebuilt from the version before it, or fetched whole: the first of these that gives the right bytes.
    package func blob(
        _ digest: Digest, delta: ModelDelta?, log: Logger, fetch: (Digest) async throws -> [UInt8]
    ) async throws -> [UInt8] {
        if let held = blobs.withLock({ $0[digest] }) { return held }
        let bytes: [UInt8]
        if let made = await rebuilt(digest, delta, log, fetch) { bytes = made } else { bytes = try await fetch(digest) }
        blobs.withLock { $0[digest] = bytes }
        return bytes
    }

    /// Nil if there is no step from what is here, or it does not lead to this digest.
    private func rebuilt(
        _ digest: Digest, _ delta: ModelDelta?, _ log: Logger, _ fetch: (Digest) async throws -> [UInt8]
    ) async -> [UInt8]? {
        guard let delta, let before = blobs.withLock({ $0[delta.from] }) else { return nil }
        do {
            let step = try await fetch(delta.blob)
            let bytes = try ModelStep(decoding: step, limits: limits).applied(to: before)
            guard Digest(of: bytes) == digest else { throw AgentError.badWork("a step leads to another model than it should") }
            log.debug("model rebuilt", metadata: ["step.bytes": "\(step.count)", "model.bytes": "\(bytes.count)"])
            return bytes
        } catch {
            log.warning("step not used, the whole model is fetched", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
