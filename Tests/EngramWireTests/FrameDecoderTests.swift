// SPDX-License-Identifier: Apache-2.0
import EngramWire
import Testing

@Suite(.timeLimit(.minutes(5))) struct FrameDecoderTests {
    private let frames = [
        Frame(version: 1, kind: 4, flags: 0, stream: 0, payload: [0, 0, 0, 0, 0, 0, 0, 7]),
        Frame(version: 1, kind: 35, flags: 1, stream: .max, payload: [UInt8](repeating: 5, count: 1000)),
        Frame(version: 9, kind: 200, flags: .max, stream: 1, payload: []),
    ]

    @Test(arguments: [1, 2, 3, 7, 64, 5000])
    func cutsAnyPieces(size: Int) throws {
        let bytes = frames.flatMap { $0.encoded() }
        var decoder = FrameDecoder(limits: WireLimits())
        var decoded: [Frame] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            decoder.append(Array(bytes[start..<min(start + size, bytes.count)]))
            while let frame = try decoder.next() { decoded.append(frame) }
        }
        #expect(decoded == frames)
        #expect(decoder.buffered == 0)
    }

    @Test func givesMemoryBack() throws {
        var limits = WireLimits()
        limits.chunkBytes = 1_000_000
        var decoder = FrameDecoder(limits: limits)
        decoder.append(
            Frame(version: 1, kind: 35, flags: 0, stream: 1, payload: [UInt8](repeating: 1, count: 1_000_000)).encoded())
        #expect(decoder.reservedBytes > 1_000_000)
        #expect(try decoder.next()?.payload.count == 1_000_000)
        #expect(decoder.reservedBytes == 0)

        // Every read ends inside a header.
        let ping = frames[0].encoded()
        decoder.append(Array(ping.prefix(6)))
        for _ in 0..<10_000 {
            decoder.append(Array(ping.dropFirst(6) + ping.prefix(6)))
            while try decoder.next() != nil {}
        }
        #expect(decoder.buffered == 6)
        #expect(decoder.reservedBytes < 1000)
    }

    @Test func refusesALengthBeforeThePayload() {
        var decoder = FrameDecoder(limits: WireLimits())
        decoder.append([0xFF, 0xFF, 0xFF, 0xFF])
        let error = WireError.overLimit(what: "frame length", value: 0xFFFF_FFFF, limit: WireLimits().maxFrameBytes)
        #expect(throws: error) { try decoder.next() }
        // And stays refused.
        decoder.append(frames[0].encoded())
        #expect(throws: error) { try decoder.next() }
        #expect(decoder.buffered == 0)
    }

    @Test func refusesAPayloadOverTheLimitOfItsKind() {
        var decoder = FrameDecoder(limits: WireLimits())
        // A ping that claims 8 MiB: the header is enough.
        decoder.append([0, 0x80, 0, 8, 1, 4, 0, 0, 0, 0, 0, 0])
        #expect(throws: WireError.overLimit(what: "payload of message kind 4", value: 0x80_0000, limit: 8192)) {
            try decoder.next()
        }
    }

    @Test func refusesALengthWithoutAHeader() {
        for length in UInt8(0)..<8 {
            var decoder = FrameDecoder(limits: WireLimits())
            decoder.append([0, 0, 0, length])
            #expect(throws: WireError.self) { try decoder.next() }
        }
    }

    @Test func everyKindFitsTheFrame() {
        let limits = WireLimits()
        for kind in MessageKind.allCases {
            #expect(kind.maxPayloadBytes(limits) + Frame.headerBytes <= limits.maxFrameBytes, "\(kind)")
        }
    }
}
