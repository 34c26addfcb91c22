// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramWire
import Testing

@Suite(.timeLimit(.minutes(5))) struct MessageCodecTests {
    private let codec = MessageCodec(limits: WireLimits())

    @Test func everyKindRoundTrips() throws {
        for (name, message) in Samples.messages {
            #expect(try codec.message(try codec.frame(message)) == message, "\(name)")
        }
        #expect(Set(Samples.messages.map(\.message.kind)) == Set(MessageKind.allCases))
    }

    @Test func largestMessagesRoundTrip() throws {
        let limits = WireLimits()
        let blobs = (0..<limits.maxBlobsPerWork).map { index in
            BlobRef(
                name: SlotID(checked: String(repeating: "s", count: 60) + "\(index)"), digest: Samples.digest,
                size: UInt64(limits.maxBlobBytes))
        }
        let work = Message.Work(
            run: RunID(checked: String(repeating: "r", count: 64)), round: .max, base: .max, remainingMillis: .max, blobs: blobs,
            body: [UInt8](repeating: 1, count: limits.maxWorkBodyBytes))
        let pem = String(repeating: "p", count: limits.maxCertificateBytes)
        let messages: [Message] = [
            .work(work),
            .hello(
                Message.Hello(
                    minVersion: 0, maxVersion: .max, software: String(repeating: "s", count: limits.maxNameBytes),
                    profile: [UInt8](repeating: 2, count: limits.maxProfileBytes))),
            .enrolled(Message.Certificates(certificatePEM: pem, authorityPEM: pem)),
            .request(
                Message.Request(
                    stream: 1, verb: String(repeating: "v", count: limits.maxVerbBytes),
                    body: [UInt8](repeating: 3, count: limits.maxRequestBytes))),
            .chunk(Message.Chunk(stream: 1, isLast: false, bytes: [UInt8](repeating: 4, count: limits.chunkBytes))),
            .response(
                Message.Response(
                    stream: 1, status: 1, isLast: false, body: [UInt8](repeating: 4, count: limits.maxResponsePieceBytes))),
        ]
        for message in messages {
            var decoder = FrameDecoder(limits: limits)
            decoder.append(try codec.encoded(message))
            let frame = try #require(try decoder.next())
            #expect(try codec.message(frame) == message, "\(message.kind)")
        }
    }

    @Test func refusesToSendWhatThePeerWouldRefuse() {
        let limits = WireLimits()
        let refused: [Message] = [
            .hello(Message.Hello(minVersion: 2, maxVersion: 1, software: "", profile: [])),
            .hello(
                Message.Hello(minVersion: 1, maxVersion: 1, software: "", profile: [UInt8](repeating: 0, count: 65_537))),
            .welcome(Message.Welcome(version: 1, heartbeatMillis: 1, peerName: "", serverTimeSeconds: .nan)),
            .chunk(Message.Chunk(stream: 1, isLast: false, bytes: [UInt8](repeating: 0, count: limits.chunkBytes + 1))),
            .chunk(Message.Chunk(stream: 0, isLast: false, bytes: [1])),
            .offer(Message.Offer(stream: 1, run: Samples.run, round: 1, size: .max, digest: Samples.digest)),
            .enrol(Message.Enrolment(secret: [UInt8](repeating: 0, count: 65), name: "", signingRequest: [])),
        ]
        for message in refused {
            #expect(throws: WireError.self, "\(message.kind)") { try codec.frame(message) }
        }
    }

    @Test func clipsTextsForPeople() throws {
        let long = String(repeating: "é", count: 1000)
        let frame = try codec.frame(.refuse(Message.Refusal(code: .fault, text: long)))
        #expect(try codec.message(frame) == .refuse(Message.Refusal(code: .fault, text: String(long.prefix(512)))))
    }

    @Test func refusesBadHeaders() throws {
        let good = try codec.frame(.ping(nonce: 1))
        var version = good
        version.version = 2
        #expect(throws: WireError.unsupportedVersion(2)) { try codec.message(version) }
        var kind = good
        kind.kind = 99
        #expect(throws: WireError.unknownKind(99)) { try codec.message(kind) }
        #expect(WireError.unknownKind(99).code == .unknownKind)
        var flags = good
        flags.flags = Frame.lastFlag
        #expect(throws: WireError.self) { try codec.message(flags) }
        var stream = good
        stream.stream = 1
        #expect(throws: WireError.self) { try codec.message(stream) }
        var trailing = good
        trailing.payload.append(0)
        #expect(throws: WireError.self) { try codec.message(trailing) }
    }

    @Test func cutsLongAnswers() throws {
        var limits = WireLimits()
        limits.maxResponsePieceBytes = 10
        limits.maxResponseBytes = 25
        let body = (0..<25).map { UInt8($0) }
        let pieces = try Message.responses(stream: 4, status: 200, body: body, limits: limits)
        let responses = pieces.compactMap { piece -> Message.Response? in
            if case .response(let response) = piece { response } else { nil }
        }
        #expect(responses.flatMap(\.body) == body)
        #expect(responses.map(\.isLast) == [false, false, true])
        #expect(try Message.responses(stream: 4, status: 204, body: [], limits: limits).count == 1)
        #expect(throws: WireError.self) { try Message.responses(stream: 4, status: 200, body: body + [1], limits: limits) }
    }

    /// Whatever is done to a valid frame, it decodes or throws; and what decodes, encodes to the same bytes.
    @Test(arguments: Samples.messages.map(\.name), [UInt64(1), 2])
    func mutationsNeverTrap(name: String, seed: UInt64) throws {
        let message = try #require(Samples.message(name))
        let valid = try codec.encoded(message)
        var random = SplitMix(state: seed)
        var refused = 0
        for _ in 0..<400 {
            var bytes = valid
            for _ in 0...random.below(3) { mutate(&bytes, &random) }
            var decoder = FrameDecoder(limits: WireLimits())
            decoder.append(bytes)
            do {
                guard let frame = try decoder.next() else { continue }
                let decoded = try codec.message(frame)
                #expect(try codec.frame(decoded) == frame)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 0)
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        guard !bytes.isEmpty else { return }
        let place = random.below(bytes.count)
        switch random.below(5) {
        case 0: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: bytes[place] = [0, 0x7F, 0x80, 0xFF][random.below(4)]
        case 3:
            // Keep the length honest, so that the fields are reached.
            bytes.removeLast(bytes.count - place)
            fixLength(&bytes)
        default:
            bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
            fixLength(&bytes)
        }
    }

    private func fixLength(_ bytes: inout [UInt8]) {
        guard bytes.count >= 12 else { return }
        let length = UInt32(bytes.count - 4)
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
    }
}
