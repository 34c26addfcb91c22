// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramWire
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct UpdateCodecTests {
    private func roundTrip(_ values: [Float], _ steps: [CodecStep], deflate: Bool = false) throws -> [Float] {
        let packed = try UpdateCodec(steps, deflate: deflate).pack(values, name: "w")
        let parcel = try Parcel(decoding: Parcel(tensors: [packed]).encoded(), limits: WireLimits())
        return try #require(parcel.tensor("w")).unpacked(expecting: values.count)
    }

    @Test(arguments: [0, 1, 2, 1023, 1024, 1025, 5000], [true, false])
    func float32IsExact(count: Int, deflate: Bool) throws {
        let values = Samples.update(count, seed: 3)
        #expect(try roundTrip(values, [.float32], deflate: deflate) == values)
        #expect(try roundTrip(values, [], deflate: deflate) == values)
    }

    @Test(arguments: [0, 1, 1025, 5000], [true, false])
    func float16IsThatOfTheProcessor(count: Int, deflate: Bool) throws {
        let values = Samples.update(count, seed: 4)
        #expect(try roundTrip(values, [.float16], deflate: deflate) == values.map { Float(Float16($0)) })
    }

    @Test func float16KeepsTheEdges() throws {
        let least = Float(Float16.leastNonzeroMagnitude)
        let values: [Float] = [
            0, -0.0, 65_504, 65_519, 65_520, 1e9, -1e9, least, least / 2, least * 1.5, least * 2.5, 6.1e-5, 6.097e-5, 2049, 2051,
            1.00048828125,
        ]
        let expected = values.map { value in
            abs(value) > 65_504 ? (value < 0 ? -65_504 : 65_504) : Float(Float16(value))
        }
        let decoded = try roundTrip(values, [.float16])
        #expect(decoded.map(\.bitPattern) == expected.map(\.bitPattern))
    }

    @Test func float16DecodesEveryFiniteHalf() throws {
        let halves = (0...UInt16.max).map { Float16(bitPattern: $0) }.filter(\.isFinite).map { Float($0) }
        #expect(try roundTrip(halves, [.float16]).map(\.bitPattern) == halves.map(\.bitPattern))
    }

    @Test(arguments: [1, 1024, 1025, 5000], [true, false])
    func int8IsWithinHalfAScale(count: Int, deflate: Bool) throws {
        let values = Samples.update(count, seed: 5)
        let decoded = try roundTrip(values, [.int8], deflate: deflate)
        for start in stride(from: 0, to: count, by: 1024) {
            let block = start..<min(start + 1024, count)
            let scale = (values[block].map { abs($0) }.max() ?? 0) / 127
            #expect(block.allSatisfy { abs(values[$0] - decoded[$0]) <= scale * 0.50001 })
        }
    }

    @Test func int8RoundsTiesToEven() throws {
        // The largest is 127, so the scale is 1.
        #expect(try roundTrip([127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5], [.int8]) == [127, 0, 2, 2, 0, -2, -2])
    }

    @Test func int8KeepsTheEdges() throws {
        #expect(try roundTrip([0, 0, -0.0], [.int8]) == [0, 0, 0])
        let large = try roundTrip([.greatestFiniteMagnitude, -.greatestFiniteMagnitude], [.int8])
        #expect(large.allSatisfy(\.isFinite) && large[0] > 3.4e38 && large[1] < -3.4e38)
        let tiny = try roundTrip([.leastNonzeroMagnitude], [.int8])
        #expect(tiny[0] <= .leastNonzeroMagnitude)
    }

    @Test(arguments: [0.001, 0.01, 0.1, 0.5, 0.999, 1], [1, 2, 10, 999, 4000])
    func topKIsThatOfBruteForce(fraction: Double, count: Int) throws {
        // Few distinct values, so that there are ties at the threshold.
        var random = SplitMix(state: UInt64(count))
        let values = (0..<count).map { _ in Float(random.below(41) - 20) / 8 }
        let codec = try UpdateCodec([.topK(fraction: fraction), .float32], deflate: false)
        let kept = max(1, Int((fraction * Double(count)).rounded(.up)))
        #expect(codec.keptCount(of: count) == kept)
        let order = values.indices.sorted { (-abs(values[$0]), $0) < (-abs(values[$1]), $1) }
        var expected = [Float](repeating: 0, count: count)
        for index in order.prefix(kept) { expected[index] = values[index] }
        #expect(try codec.pack(values, name: "w").unpacked() == expected)
    }

    @Test func composes() throws {
        let values = Samples.update(10_000, seed: 6)
        let half = try roundTrip(values, [.topK(fraction: 0.01), .float16], deflate: true)
        #expect(half.filter { $0 != 0 }.count == 100)
        let eight = try UpdateCodec([.topK(fraction: 0.01), .int8], deflate: true).pack(values, name: "w")
        #expect(eight.bodyBytes < 350)
        let largest = try #require(values.map { abs($0) }.max())
        #expect(try eight.unpacked().contains { abs(abs($0) - largest) < 1e-6 })
    }

    @Test func isDeterministic() throws {
        let values = Samples.update(3000, seed: 7)
        let codec = try UpdateCodec([.topK(fraction: 0.1), .int8], deflate: true)
        #expect(codec.pack(values, name: "w") == codec.pack(values, name: "w"))
    }

    @Test func deflatesOnlyWhatGetsSmaller() throws {
        let codec = try UpdateCodec([.float32], deflate: true)
        #expect(codec.pack([Float](repeating: 0, count: 1000), name: "w").deflated)
        #expect(!codec.pack([1.5], name: "w").deflated)
    }

    @Test func refusesSenselessCodecs() {
        let senseless: [[CodecStep]] = [
            [.float16, .int8], [.float32, .float32], [.int8, .topK(fraction: 0.1)],
            [.topK(fraction: 0.1), .topK(fraction: 0.1)], [.topK(fraction: 0)], [.topK(fraction: -1)], [.topK(fraction: 1.1)],
            [.topK(fraction: .nan)], [.randomK(fraction: 0)], [.randomK(fraction: 0.1), .topK(fraction: 0.1)],
            [.qsgd(levels: 3), .int8], [.qsgd(levels: 0)], [.qsgd(levels: -1)], [.qsgd(levels: 32_768)],
            [.qsgd(levels: 3), .randomK(fraction: 0.1)], [.hsq(segment: 1, bits: 8)], [.hsq(segment: 65, bits: 8)],
            [.hsq(segment: 8, bits: 1)], [.hsq(segment: 8, bits: 13)], [.hsq(segment: 8, bits: 3)],
            [.hsq(segment: .max, bits: .max)],
        ]
        for steps in senseless {
            #expect(throws: WireError.self, "\(steps)") { try UpdateCodec(steps, deflate: true) }
        }
    }

    @Test(
        arguments: [
            CodecStep.float32, .float16, .int8, .topK(fraction: 0.5), .randomK(fraction: 0.999), .qsgd(levels: 7),
            .hsq(segment: 8, bits: 6),
        ], [Float.nan, .infinity, -.infinity])
    func brokenNumbersAreRefusedByTheReceiver(step: CodecStep, broken: Float) throws {
        var values = Samples.update(2000, seed: 8)
        values[1500] = broken
        var draws = Samples.draws(8)
        let packed = try UpdateCodec([step], deflate: false).pack(values, name: "w", feedback: true, using: &draws)
        #expect(throws: WireError.notFinite("tensor w")) { try packed.unpacked() }
    }

    @Test func stepsAreCodedAsText() throws {
        let steps: [CodecStep] = [
            .topK(fraction: 0.01), .randomK(fraction: 0.5), .int8, .float16, .float32, .qsgd(levels: 7),
            .hsq(segment: 8, bits: 6),
        ]
        let text = #"["topK(0.01)","randomK(0.5)","int8","float16","float32","qsgd(7)","hsq(8,6)"]"#
        let coded = try JSONEncoder().encode(steps)
        #expect(String(decoding: coded, as: UTF8.self) == text)
        #expect(try JSONDecoder().decode([CodecStep].self, from: coded) == steps)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([CodecStep].self, from: Data(#"["top"]"#.utf8)) }
        #expect(CodecStep("hsq(8, 6)") == .hsq(segment: 8, bits: 6))
        let unreadable = [
            "", "(", ")", "qsgd", "qsgd()", "qsgd(7", "qsgd(7,8)", "qsgd(7.5)", "qsgd(7))", "hsq(8)", "hsq(8,6,4)", "hsq(8;6)",
            "int8()", "int8(8)", "topK", "topK(", "topK(a)", "randomK(0.1)x", "QSGD(7)", "qsgd(99999999999999999999)",
        ]
        for text in unreadable { #expect(CodecStep(text) == nil, "\(text)") }
    }

    static let checksums: [([CodecStep], UInt32)] = [
        ([.int8], 2_438_057_791), ([.topK(fraction: 0.1), .float16], 659_018_547), ([.qsgd(levels: 7)], 3_703_435_908),
        ([.randomK(fraction: 0.1), .qsgd(levels: 1)], 4_038_383_295), ([.topK(fraction: 0.1), .qsgd(levels: 100)], 905_566_548),
        ([.hsq(segment: 8, bits: 8)], 28_125_107), ([.hsq(segment: 64, bits: 12)], 478_954_464),
        ([.hsq(segment: 3, bits: 5)], 3_792_427_988),
    ]

    /// The same values and draws give the same bytes on every machine: the checksums are those of the machine that wrote this.
    @Test(arguments: checksums)
    func bytesAreThoseOfEveryMachine(steps: [CodecStep], checksum: UInt32) throws {
        let values = Samples.update(5001, seed: 12)
        var draws = Samples.draws(12)
        let packed = try UpdateCodec(steps, deflate: false).pack(values, name: "w", feedback: true, using: &draws)
        #expect(CRC32.checksum(Parcel(tensors: [packed]).encoded()) == checksum, "\(steps)")
    }

    @Test func aMillionValuesPass() throws {
        let block = Samples.update(1 << 14, seed: 9)
        let values = (0..<64).flatMap { _ in block }
        let codecs: [[CodecStep]] = [
            [.float32], [.float16], [.int8], [.topK(fraction: 0.01), .int8], [.qsgd(levels: 7)], [.randomK(fraction: 0.1)],
            [.topK(fraction: 0.01), .qsgd(levels: 15)], [.hsq(segment: 16, bits: 6)],
        ]
        var draws = Samples.draws(9)
        for steps in codecs {
            #expect(try Samples.received(values, steps, feedback: true, using: &draws).count == values.count)
        }
    }
}
