// SPDX-License-Identifier: Apache-2.0

extension MessageCodec {
    func payload(of message: Message) throws(WireError) -> [UInt8] {
        var writer = PayloadWriter()
        switch message {
        case .hello(let hello):
            guard hello.minVersion <= hello.maxVersion else { throw .malformed("hello offers no version") }
            writer.u8(hello.minVersion)
            writer.u8(hello.maxVersion)
            try writer.text("software", hello.software, limit: limits.maxNameBytes)
            try writer.bytes("profile", hello.profile, limit: limits.maxProfileBytes)
        case .welcome(let welcome):
            writer.u8(welcome.version)
            writer.u32(welcome.heartbeatMillis)
            try writer.text("peer name", welcome.peerName, limit: limits.maxNameBytes)
            try writer.finite("server time", welcome.serverTimeSeconds)
        case .refuse(let refusal):
            writer.code(refusal.code)
            writer.clipped(refusal.text, limit: limits.maxTextBytes)
        case .ping(let nonce), .pong(let nonce):
            writer.u64(nonce)
        case .goodbye(let text):
            writer.clipped(text, limit: limits.maxTextBytes)
        case .enrol(let enrolment):
            try writer.bytes("secret", enrolment.secret, limit: limits.maxSecretBytes)
            try writer.text("enrolment name", enrolment.name, limit: limits.maxNameBytes)
            try writer.bytes("signing request", enrolment.signingRequest, limit: limits.maxSigningRequestBytes)
        case .enrolled(let certificates):
            try writer.text("certificate", certificates.certificatePEM, limit: limits.maxCertificateBytes)
            try writer.text("authority", certificates.authorityPEM, limit: limits.maxCertificateBytes)
        case .request(let request):
            try writer.text("verb", request.verb, limit: limits.maxVerbBytes)
            try writer.bytes("request body", request.body, limit: limits.maxRequestBytes)
        case .response(let response):
            writer.u16(response.status)
            try writer.remainder("response body", response.body, limit: limits.maxResponsePieceBytes)
        case .work, .withdraw, .fetch, .offer, .resume, .chunk, .receipt:
            try write(message, to: &writer)
        }
        return writer.bytes
    }

    /// The messages of work and transfers.
    private func write(_ message: Message, to writer: inout PayloadWriter) throws(WireError) {
        switch message {
        case .work(let work):
            writer.identifier(work.run)
            writer.u32(work.round)
            writer.u32(work.base)
            writer.u64(work.remainingMillis)
            try writer.check("blobs of a piece of work", work.blobs.count, limits.maxBlobsPerWork)
            writer.u16(UInt16(clamping: work.blobs.count))
            for blob in work.blobs {
                writer.identifier(blob.name)
                writer.digest(blob.digest)
                try writer.size("blob size", blob.size, limit: limits.maxBlobBytes)
            }
            try writer.bytes("work body", work.body, limit: limits.maxWorkBodyBytes)
        case .withdraw(let withdrawal):
            writer.identifier(withdrawal.run)
            writer.u32(withdrawal.round)
            writer.clipped(withdrawal.text, limit: limits.maxTextBytes)
        case .fetch(let fetch):
            writer.digest(fetch.digest)
            try writer.size("fetch offset", fetch.offset, limit: limits.maxBlobBytes)
        case .offer(let offer):
            writer.identifier(offer.run)
            writer.u32(offer.round)
            try writer.size("upload size", offer.size, limit: limits.maxUploadBytes)
            writer.digest(offer.digest)
        case .resume(let resume):
            try writer.size("resume offset", resume.offset, limit: limits.maxUploadBytes)
        case .chunk(let chunk):
            try writer.remainder("chunk", chunk.bytes, limit: limits.chunkBytes)
        case .receipt(let receipt):
            // No run is written as an empty name.
            try writer.text("run", receipt.run?.rawValue ?? "", limit: IdentifierRule.maxBytes)
            writer.u32(receipt.round)
            writer.bool(receipt.accepted)
            writer.code(receipt.code)
            writer.clipped(receipt.text, limit: limits.maxTextBytes)
        default: break  // written by the caller
        }
    }
}
