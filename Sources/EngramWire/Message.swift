// SPDX-License-Identifier: Apache-2.0
package import EngramBytes

/// Everything that two sides can say to each other: a closed list (docs/protocol.md, "Messages").
package enum Message: Equatable, Sendable {
    /// Client, first and once.
    case hello(Hello)
    /// Coordinator, the answer to hello.
    case welcome(Welcome)
    /// Either side, before it closes.
    case refuse(Refusal)
    /// Either side, when it heard nothing for a while.
    case ping(nonce: UInt64)
    /// The answer to a ping, with its nonce.
    case pong(nonce: UInt64)
    /// Either side, before an orderly end; the text says why.
    case goodbye(String)
    /// Coordinator to agent: train.
    case work(Work)
    /// Coordinator to agent: stop, the work is not needed any more.
    case withdraw(Withdrawal)
    /// Client: send this blob from there on.
    case fetch(Fetch)
    /// Agent: an upload is ready.
    case offer(Offer)
    /// Coordinator, the answer to an offer: send from there on.
    case resume(Resume)
    /// A piece of a transfer.
    case chunk(Chunk)
    /// Coordinator: what became of an upload, or the refusal of a fetch or offer.
    case receipt(Receipt)
    /// Client: a request for a certificate.
    case enrol(Enrolment)
    /// Coordinator, the answer to enrol.
    case enrolled(Certificates)
    /// Operator: do or tell something.
    case request(Request)
    /// Coordinator: a piece of the answer to a request.
    case response(Response)

    package var kind: MessageKind {
        switch self {
        case .hello: .hello
        case .welcome: .welcome
        case .refuse: .refuse
        case .ping: .ping
        case .pong: .pong
        case .goodbye: .goodbye
        case .work: .work
        case .withdraw: .withdraw
        case .fetch: .fetch
        case .offer: .offer
        case .resume: .resume
        case .chunk: .chunk
        case .receipt: .receipt
        case .enrol: .enrol
        case .enrolled: .enrolled
        case .request: .request
        case .response: .response
        }
    }

    /// The stream that the message belongs to; 0 for none.
    package var stream: UInt32 {
        switch self {
        case .fetch(let message): message.stream
        case .offer(let message): message.stream
        case .resume(let message): message.stream
        case .chunk(let message): message.stream
        case .receipt(let message): message.stream
        case .request(let message): message.stream
        case .response(let message): message.stream
        case .hello, .welcome, .refuse, .ping, .pong, .goodbye, .work, .withdraw, .enrol, .enrolled: 0
        }
    }
}

/// A blob that a piece of work needs: which slot it fills, and what it is.
package struct BlobRef: Hashable, Sendable {
    package var name: SlotID
    package var digest: Digest
    package var size: UInt64

    package init(name: SlotID, digest: Digest, size: UInt64) {
        self.name = name
        self.digest = digest
        self.size = size
    }
}
