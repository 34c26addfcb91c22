// SPDX-License-Identifier: Apache-2.0

extension Message {
    /// The answer to a request, cut into responses that fit their frames; an empty body gives one.
    ///
    /// - Throws: `overLimit` when the body is longer than an answer may be.
    package static func responses(stream: UInt32, status: UInt16, body: [UInt8], limits: WireLimits) throws(WireError)
        -> [Message]
    {
        guard body.count <= limits.maxResponseBytes else {
            throw .overLimit(what: "answer to a request", value: body.count, limit: limits.maxResponseBytes)
        }
        var pieces: [Message] = []
        var offset = 0
        repeat {
            let end = min(body.count, offset + max(1, limits.maxResponsePieceBytes))
            let piece = Array(body[offset..<end])
            pieces.append(.response(Response(stream: stream, status: status, isLast: end == body.count, body: piece)))
            offset = end
        } while offset < body.count
        return pieces
    }
}

extension Message.Receipt {
    /// The receipt that turns down a fetch.
    package static func refusal(of fetch: Message.Fetch, code: RefusalCode, text: String) -> Message.Receipt {
        Message.Receipt(stream: fetch.stream, run: nil, round: 0, accepted: false, code: code, text: text)
    }

    /// The receipt that turns down an offer, or the upload that followed it.
    package static func refusal(of offer: Message.Offer, code: RefusalCode, text: String) -> Message.Receipt {
        Message.Receipt(stream: offer.stream, run: offer.run, round: offer.round, accepted: false, code: code, text: text)
    }

    /// The receipt for an upload that counts.
    package static func acceptance(of offer: Message.Offer) -> Message.Receipt {
        Message.Receipt(stream: offer.stream, run: offer.run, round: offer.round, accepted: true, code: .none, text: "")
    }
}
