// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramWire
import Testing

/// One message of every kind, the same as in docs/protocol.md, and numbers to test with.
enum Samples {
    static let run = RunID(checked: "r1")
    static let digest = Digest(of: Array("abc".utf8))

    static let messages: [(name: String, message: Message)] = [
        (
            "hello",
            .hello(
                Message.Hello(minVersion: 1, maxVersion: 1, software: "engram-agent 1.0", profile: Array("{\"n\":450}".utf8)))
        ),
        (
            "welcome",
            .welcome(
                Message.Welcome(version: 1, heartbeatMillis: 15_000, peerName: "edge-07", serverTimeSeconds: 1_700_000_000.5))
        ),
        ("refuse", .refuse(Message.Refusal(code: .unsupportedVersion, text: "no common version"))),
        ("ping", .ping(nonce: 7)),
        ("pong", .pong(nonce: 7)),
        ("goodbye", .goodbye("done")),
        (
            "work",
            .work(
                Message.Work(
                    run: run, round: 12, base: 11, remainingMillis: 60_000,
                    blobs: [BlobRef(name: SlotID(checked: "cluster"), digest: digest, size: 3)], body: Array("{}".utf8)))
        ),
        ("withdraw", .withdraw(Message.Withdrawal(run: run, round: 12, text: "round closed"))),
        ("fetch", .fetch(Message.Fetch(stream: 1, digest: digest, offset: 1))),
        ("offer", .offer(Message.Offer(stream: 3, run: run, round: 12, size: 3, digest: digest))),
        ("resume", .resume(Message.Resume(stream: 3, offset: 1))),
        ("chunk", .chunk(Message.Chunk(stream: 3, isLast: true, bytes: Array("bc".utf8)))),
        ("receipt", .receipt(Message.Receipt(stream: 3, run: run, round: 12, accepted: true, code: .none, text: ""))),
        (
            "receipt-refusing-fetch",
            .receipt(
                .refusal(of: Message.Fetch(stream: 1, digest: digest, offset: 1), code: .notFound, text: "no such blob"))
        ),
        (
            "enrol",
            .enrol(Message.Enrolment(secret: [0xDE, 0xAD, 0xBE, 0xEF], name: "edge-07", signingRequest: [0x30, 0]))
        ),
        ("enrolled", .enrolled(Message.Certificates(certificatePEM: "-----BEGIN", authorityPEM: "-----BEGIN"))),
        ("request", .request(Message.Request(stream: 5, verb: "run.list", body: Array("{}".utf8)))),
        ("response", .response(Message.Response(stream: 5, status: 200, isLast: true, body: Array("[]".utf8)))),
    ]

    static func message(_ name: String) -> Message? {
        messages.first { $0.name == name }?.message
    }

    static func parcel(_ name: String) throws -> Parcel? {
        let three: [Float] = [1, -2, 0.5]
        switch name {
        case "parcel-scalars": return Parcel(scalars: ["samples": 450, "loss": 0.5])
        case "parcel-float32": return try tensor(three, [.float32])
        case "parcel-float16": return try tensor(three, [.float16])
        case "parcel-int8": return try tensor([254, -128, 2], [.int8])
        case "parcel-topk-float16":
            var values = [Float](repeating: 0, count: 400)
            values[1] = -3
            values[300] = 4
            return try tensor(values, [.topK(fraction: 0.005), .float16])
        case "parcel-qsgd": return try tensor([3, -4, 0], [.qsgd(levels: 5)])
        case "parcel-hsq": return try tensor([0, 2, -3, 3, 0, 0, 1], [.hsq(segment: 2, bits: 3)])
        case "parcel-randomk-float16": return try tensor((1...10).map { Float($0) }, [.randomK(fraction: 0.2), .float16])
        case "parcel-deflated": return try tensor([Float](repeating: 0, count: 64), [.float32], deflate: true)
        default: return nil
        }
    }

    static func tensor(_ values: [Float], _ steps: [CodecStep], deflate: Bool = false) throws -> Parcel {
        var draws = draws(1)
        return Parcel(tensors: [try UpdateCodec(steps, deflate: deflate).pack(values, name: "w", feedback: false, using: &draws)])
    }

    /// Draws whose places and rounding both follow from the seed.
    static func draws(_ seed: Int) -> CodecDraws {
        CodecDraws(seed: UInt64(seed), shared: ["1", "c1"], own: "a")
    }

    /// What the receiver gets of these values.
    static func received(
        _ values: [Float], _ steps: [CodecStep], feedback: Bool, using draws: inout CodecDraws
    ) throws -> [Float] {
        try UpdateCodec(steps, deflate: false).pack(values, name: "w", feedback: feedback, using: &draws)
            .unpacked(expecting: values.count)
    }

    /// Numbers shaped like an update: many small, few large.
    static func update(_ count: Int, seed: UInt64) -> [Float] {
        var random = SplitMix(state: seed)
        return (0..<count).map { _ in
            let uniform = Float(random.next() >> 40) / Float(1 << 24) * 2 - 1
            return uniform * uniform * uniform * 0.1
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the seeded randomness of these tests.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }
}
