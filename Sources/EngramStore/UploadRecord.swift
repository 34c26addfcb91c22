// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

/// Names the one upload that an agent may make in a round.
package struct UploadKey: Hashable, Sendable, CustomStringConvertible {
    package var run: RunID
    package var round: Int
    package var agent: AgentID

    package init(run: RunID, round: Int, agent: AgentID) {
        self.run = run
        self.round = round
        self.agent = agent
    }

    package var description: String { "upload of \(agent) for run \(run), round \(round)" }
}

/// An upload that is in the spool, whole and verified.
package struct UploadRecord: Hashable, Sendable {
    package var key: UploadKey
    package var digest: Digest
    /// Bytes
    package var size: Int
    /// The file, relative to the spool's folder.
    package var file: String

    package init(key: UploadKey, digest: Digest, size: Int, file: String) {
        self.key = key
        self.digest = digest
        self.size = size
        self.file = file
    }
}
