// SPDX-License-Identifier: Apache-2.0

extension MessageCodec {
    static func message(
        _ kind: MessageKind, stream: UInt32, isLast: Bool, from reader: inout PayloadReader
    ) throws(WireError) -> Message {
        switch kind {
        case .hello: .hello(try Message.Hello(from: &reader))
        case .welcome: .welcome(try Message.Welcome(from: &reader))
        case .refuse:
            .refuse(Message.Refusal(code: try reader.code(), text: try reader.text("reason", limit: reader.limits.maxTextBytes)))
        case .ping: .ping(nonce: try reader.u64())
        case .pong: .pong(nonce: try reader.u64())
        case .goodbye: .goodbye(try reader.text("reason", limit: reader.limits.maxTextBytes))
        case .work: .work(try Message.Work(from: &reader))
        case .withdraw: .withdraw(try Message.Withdrawal(from: &reader))
        case .fetch:
            .fetch(
                Message.Fetch(
                    stream: stream, digest: try reader.digest(),
                    offset: try reader.size("fetch offset", limit: reader.limits.maxBlobBytes)))
        case .offer: .offer(try Message.Offer(stream: stream, from: &reader))
        case .resume:
            .resume(Message.Resume(stream: stream, offset: try reader.size("resume offset", limit: reader.limits.maxUploadBytes)))
        case .chunk:
            .chunk(
                Message.Chunk(
                    stream: stream, isLast: isLast, bytes: try reader.remainder("chunk", limit: reader.limits.chunkBytes)))
        case .receipt: .receipt(try Message.Receipt(stream: stream, from: &reader))
        case .enrol: .enrol(try Message.Enrolment(from: &reader))
        case .enrolled: .enrolled(try Message.Certificates(from: &reader))
        case .request: .request(try Message.Request(stream: stream, from: &reader))
        case .response:
            .response(
                Message.Response(
                    stream: stream, status: try reader.u16(), isLast: isLast,
                    body: try reader.remainder("response body", limit: reader.limits.maxResponsePieceBytes)))
        }
    }
}

extension Message.Hello {
    fileprivate init(from reader: inout PayloadReader) throws(WireError) {
        minVersion = try reader.u8()
        maxVersion = try reader.u8()
        guard minVersion <= maxVersion else { throw .malformed("hello offers versions \(minVersion) to \(maxVersion): none") }
        software = try reader.text("software", limit: reader.limits.maxNameBytes)
        profile = try reader.bytes("profile", limit: reader.limits.maxProfileBytes)
    }
}

extension Message.Welcome {
    fileprivate init(from reader: inout PayloadReader) throws(WireError) {
        version = try reader.u8()
        heartbeatMillis = try reader.u32()
        peerName = try reader.text("peer name", limit: reader.limits.maxNameBytes)
        serverTimeSeconds = try reader.finite("server time")
    }
}

extension Message.Work {
    fileprivate init(from reader: inout PayloadReader) throws(WireError) {
        run = try reader.identifier("run")
        round = try reader.u32()
        base = try reader.u32()
        remainingMillis = try reader.u64()
        let count = Int(try reader.u16())
        let limit = reader.limits.maxBlobsPerWork
        guard count <= limit else { throw .overLimit(what: "blobs of a piece of work", value: count, limit: limit) }
        blobs = []
        for _ in 0..<count {
            blobs.append(
                BlobRef(
                    name: try reader.identifier("slot"), digest: try reader.digest(),
                    size: try reader.size("blob size", limit: reader.limits.maxBlobBytes)))
        }
        body = try reader.bytes("work body", limit: reader.limits.maxWorkBodyBytes)
    }
}

extension Message.Withdrawal {
    fileprivate init(from reader: inout PayloadReader) throws(WireError) {
        run = try reader.identifier("run")
        round = try reader.u32()
        text = try reader.text("reason", limit: reader.limits.maxTextBytes)
    }
}

extension Message.Offer {
    fileprivate init(stream: UInt32, from reader: inout PayloadReader) throws(WireError) {
        self.stream = stream
        run = try reader.identifier("run")
        round = try reader.u32()
        size = try reader.size("upload size", limit: reader.limits.maxUploadBytes)
        digest = try reader.digest()
    }
}

extension Message.Receipt {
    fileprivate init(stream: UInt32, from reader: inout PayloadReader) throws(WireError) {
        self.stream = stream
        run = try reader.optionalIdentifier("run")
        round = try reader.u32()
        accepted = try reader.bool("accepted")
        code = try reader.code()
        text = try reader.text("reason", limit: reader.limits.maxTextBytes)
    }
}

extension Message.Enrolment {
    fileprivate init(from reader: inout PayloadReader) throws(WireError) {
        secret = try reader.bytes("secret", limit: reader.limits.maxSecretBytes)
        name = try reader.text("enrolment name", limit: reader.limits.maxNameBytes)
        signingRequest = try reader.bytes("signing request", limit: reader.limits.maxSigningRequestBytes)
    }
}

extension Message.Certificates {
    fileprivate init(from reader: inout PayloadReader) throws(WireError) {
        certificatePEM = try reader.text("certificate", limit: reader.limits.maxCertificateBytes)
        authorityPEM = try reader.text("authority", limit: reader.limits.maxCertificateBytes)
    }
}

extension Message.Request {
    fileprivate init(stream: UInt32, from reader: inout PayloadReader) throws(WireError) {
        self.stream = stream
        verb = try reader.text("verb", limit: reader.limits.maxVerbBytes)
        body = try reader.bytes("request body", limit: reader.limits.maxRequestBytes)
    }
}
