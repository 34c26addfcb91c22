// SPDX-License-Identifier: Apache-2.0

/// The uploads of one connection, as either side sees them: offered, under way, sent.
struct UploadStreams: Equatable, Sendable {
    private enum State: Equatable, Sendable {
        case offered(Message.Offer)
        case underWay(Message.Offer, TransferMachine)
        case awaitingReceipt(Message.Offer)

        var offer: Message.Offer {
            switch self {
            case .offered(let offer), .underWay(let offer, _), .awaitingReceipt(let offer): offer
            }
        }
    }

    private let limit: Int
    private let maxUploadBytes: Int
    private var states: [UInt32: State] = [:]
    /// Uploads that were refused half-way: chunks sent before the sender knew are forgotten, up to the rest of the upload.
    private var cut: [UInt32: TransferMachine] = [:]

    init(limits: WireLimits) {
        limit = limits.maxUploads
        maxUploadBytes = limits.maxUploadBytes
    }

    var count: Int { states.count }
    var isFull: Bool { states.count >= limit }

    func isInUse(_ stream: UInt32) -> Bool { states[stream] != nil }

    func offer(on stream: UInt32) -> Message.Offer? { states[stream]?.offer }

    mutating func open(_ offer: Message.Offer) {
        cut[offer.stream] = nil
        states[offer.stream] = .offered(offer)
    }

    mutating func resume(_ resume: Message.Resume) throws(WireError) {
        guard case .offered(let offer) = states[resume.stream] else {
            throw .outOfOrder("resume on stream \(resume.stream), where no offer waits for one")
        }
        let transfer = try TransferMachine(size: offer.size, from: resume.offset, limit: maxUploadBytes)
        states[resume.stream] = resume.offset == offer.size ? .awaitingReceipt(offer) : .underWay(offer, transfer)
    }

    /// Takes note of a chunk; false for one that arrives after its upload was refused.
    mutating func accept(_ chunk: Message.Chunk) throws(WireError) -> Bool {
        if case .underWay(let offer, var transfer) = states[chunk.stream] {
            try transfer.accept(chunk)
            states[chunk.stream] = transfer.isComplete ? .awaitingReceipt(offer) : .underWay(offer, transfer)
            return true
        }
        guard states[chunk.stream] == nil, var transfer = cut[chunk.stream] else {
            throw .outOfOrder("a chunk on stream \(chunk.stream), where no upload is under way")
        }
        try transfer.accept(chunk)
        cut[chunk.stream] = transfer.isComplete ? nil : transfer
        return false
    }

    /// Ends the upload; false when there is none.
    mutating func close(_ stream: UInt32) -> Bool {
        guard let state = states.removeValue(forKey: stream) else { return false }
        if case .underWay(_, let transfer) = state {
            // A bound on what a peer can make us remember; whoever lost its place is treated as out of order.
            if cut.count >= 4 * max(limit, 1), let oldest = cut.keys.min() { cut[oldest] = nil }
            cut[stream] = transfer
        }
        return true
    }
}
