// SPDX-License-Identifier: Apache-2.0
package import EngramBytes

extension Message {
    /// A piece of work for one agent.
    package struct Work: Equatable, Sendable {
        package var run: RunID
        package var round: UInt32
        /// The last round of this agent that was counted.
        package var base: UInt32
        /// Time until the round closes.
        package var remainingMillis: UInt64
        /// What the work needs, for the agent to fetch unless it has it.
        package var blobs: [BlobRef]
        /// What to do, in the terms of the layer above.
        package var body: [UInt8]

        package init(run: RunID, round: UInt32, base: UInt32, remainingMillis: UInt64, blobs: [BlobRef], body: [UInt8]) {
            self.run = run
            self.round = round
            self.base = base
            self.remainingMillis = remainingMillis
            self.blobs = blobs
            self.body = body
        }
    }

    /// Work that is not needed any more.
    package struct Withdrawal: Equatable, Sendable {
        package var run: RunID
        package var round: UInt32
        /// For people; clipped to the limit when sent.
        package var text: String

        package init(run: RunID, round: UInt32, text: String) {
            self.run = run
            self.round = round
            self.text = text
        }
    }

    /// The wish for a blob, from an offset on.
    package struct Fetch: Equatable, Sendable {
        /// A number of the client's choice, not in use.
        package var stream: UInt32
        package var digest: Digest
        /// Bytes that the client has already.
        package var offset: UInt64

        package init(stream: UInt32, digest: Digest, offset: UInt64) {
            self.stream = stream
            self.digest = digest
            self.offset = offset
        }
    }

    /// The announcement of an upload.
    package struct Offer: Equatable, Sendable {
        /// A number of the client's choice, not in use.
        package var stream: UInt32
        package var run: RunID
        package var round: UInt32
        package var size: UInt64
        package var digest: Digest

        package init(stream: UInt32, run: RunID, round: UInt32, size: UInt64, digest: Digest) {
            self.stream = stream
            self.run = run
            self.round = round
            self.size = size
            self.digest = digest
        }
    }

    /// The acceptance of an offer.
    package struct Resume: Equatable, Sendable {
        package var stream: UInt32
        /// Bytes that the coordinator has already; the size of the upload when nothing is missing.
        package var offset: UInt64

        package init(stream: UInt32, offset: UInt64) {
            self.stream = stream
            self.offset = offset
        }
    }

    /// A piece of a transfer, in order.
    package struct Chunk: Equatable, Sendable {
        package var stream: UInt32
        package var isLast: Bool
        package var bytes: [UInt8]

        package init(stream: UInt32, isLast: Bool, bytes: [UInt8]) {
            self.stream = stream
            self.isLast = isLast
            self.bytes = bytes
        }
    }

    /// What became of an upload, or the refusal of a fetch or an offer.
    package struct Receipt: Equatable, Sendable {
        package var stream: UInt32
        /// nil in the refusal of a fetch.
        package var run: RunID?
        package var round: UInt32
        package var accepted: Bool
        /// `none` when accepted.
        package var code: RefusalCode
        /// For people; clipped to the limit when sent.
        package var text: String

        package init(stream: UInt32, run: RunID?, round: UInt32, accepted: Bool, code: RefusalCode, text: String) {
            self.stream = stream
            self.run = run
            self.round = round
            self.accepted = accepted
            self.code = code
            self.text = text
        }
    }
}
