// SPDX-License-Identifier: Apache-2.0
package import EngramBytes

/// From which version of a slot's content the present one can be rebuilt, and with what: for agents that still hold that version.
package struct ModelDelta: Codable, Equatable, Sendable {
    /// The digest of the version before.
    package let from: Digest
    /// The digest of the `ModelStep` that leads from there to the present one.
    package let blob: Digest

    package init(from: Digest, blob: Digest) {
        self.from = from
        self.blob = blob
    }
}
