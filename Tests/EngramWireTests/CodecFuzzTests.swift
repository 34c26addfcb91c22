// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramWire
import Testing

/// Whatever the bytes are: values, finite and as many as declared, or an error.
@Suite(.timeLimit(.minutes(5))) struct CodecFuzzTests {
    static let formats: [(layout: UInt8, parameters: [UInt8], format: ValueFormat)] = [
        (0, [], .float32), (1, [], .float16), (2, [], .int8), (3, [0, 1], .qsgd(levels: 1)), (3, [0, 6], .qsgd(levels: 6)),
        (3, [0x7F, 0xFF], .qsgd(levels: 32_767)), (32, [2, 2], .hsq(segment: 2, bits: 2)),
        (32, [7, 5], .hsq(segment: 7, bits: 5)),
        (32, [64, 12], .hsq(segment: 64, bits: 12)),
    ]

    static let codecs: [[CodecStep]] = [
        [.qsgd(levels: 7)], [.topK(fraction: 0.1), .qsgd(levels: 3)], [.randomK(fraction: 0.1), .float16],
        [.randomK(fraction: 0.2), .qsgd(levels: 1)], [.hsq(segment: 8, bits: 8)],
        [.topK(fraction: 0.2), .hsq(segment: 3, bits: 4)],
        [.randomK(fraction: 0.2), .int8], [.topK(fraction: 0.1)],
    ]

    private var limits: WireLimits {
        var limits = WireLimits()
        // A mutated count may claim anything up to the limit.
        limits.maxTensorValues = 10_000
        return limits
    }

    /// Whether the bytes were accepted; expects them to make sense then.
    private func accepts(_ bytes: [UInt8]) -> Bool {
        guard let parcel = try? Parcel(decoding: bytes, limits: limits) else { return false }
        return parcel.tensors.allSatisfy { tensor in
            guard let values = try? tensor.unpacked() else { return false }
            #expect(values.count == tensor.count && values.allSatisfy(\.isFinite))
            return true
        }
    }

    /// Bodies of the right size, so that the readers of values are reached.
    @Test(arguments: formats.indices) func randomBodiesNeverTrap(index: Int) {
        let (layout, parameters, format) = Self.formats[index]
        var random = SplitMix(state: UInt64(index))
        for trial in 0..<150 {
            let count = 2 + random.below(trial % 10 == 0 ? 1500 : 40)
            let kept = 1 + random.below(count - 1)
            var head = ByteWriter()
            var selection: UInt8 = 0
            if trial % 3 > 0 {
                selection = trial % 3 == 1 ? 20 : 4
                head.u32(UInt32(kept))
                if selection == 20 { head.u64(random.next()) } else { head.u32(UInt32(kept)) }
                if selection == 4 { head.raw((0..<kept).map { _ in UInt8(random.below(3)) }) }
            }
            let size = format.bytes(for: selection == 0 ? count : kept)
            // Bytes of exponents are mostly small, or nearly all norms and scales would be refused.
            let values = (0..<size).map { place in
                UInt8(place % 4 == 0 && trial % 2 == 0 ? random.below(0x70) : random.below(256))
            }
            _ = accepts(
                RawTensor(layout: layout | selection, parameters: parameters, count: count, body: head.bytes + values).encoded)
        }
    }

    @Test(arguments: codecs.indices) func mutationsNeverTrap(index: Int) throws {
        var random = SplitMix(state: UInt64(100 + index))
        var draws = Samples.draws(index)
        let packed = try UpdateCodec(Self.codecs[index], deflate: index % 2 == 0)
            .pack(Samples.update(300, seed: 71), name: "w", feedback: true, using: &draws)
        let valid = Parcel(tensors: [packed]).encoded()
        #expect(accepts(valid))
        var refused = 0
        for _ in 0..<300 {
            var bytes = valid
            for _ in 0...random.below(2) {
                let place = random.below(2) == 0 ? random.below(45) : random.below(bytes.count)
                if random.below(2) == 0 {
                    bytes[place] = UInt8(random.below(256))
                } else {
                    bytes[place] ^= 1 << UInt8(random.below(8))
                }
            }
            if !accepts(bytes) { refused += 1 }
        }
        #expect(refused > 0)
        for length in 0..<valid.count { #expect(!accepts(Array(valid[..<length])), "\(length) of \(valid.count) bytes") }
        #expect(!accepts(valid + [0]))
    }

    @Test func randomDescriptionsNeverTrap() {
        var random = SplitMix(state: 7)
        for _ in 0..<3000 {
            let tensor = RawTensor(
                layout: UInt8(random.below(256)), parameters: (0..<random.below(3)).map { _ in UInt8(random.below(70)) },
                count: random.below(20), body: (0..<random.below(60)).map { _ in UInt8(random.below(4)) })
            _ = accepts(tensor.encoded)
        }
    }
}
