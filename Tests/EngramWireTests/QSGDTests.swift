// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire
import Testing

@Suite(.timeLimit(.minutes(5))) struct QSGDTests {
    /// Two buckets, the second shorter.
    private let values = Samples.update(700, seed: 31)

    /// Per value, what QSGD is off by in the mean square: (norm / s)² f (1 − f), f being the fraction of its level.
    private func variances(_ levels: Int) -> [Double] {
        stride(from: 0, to: values.count, by: 512).flatMap { start in
            let bucket = values[start..<min(start + 512, values.count)]
            let norm = Double(Float(Kernels.norm(Array(bucket))))
            return bucket.map { value in
                let level = abs(Double(value)) * Double(levels) / norm
                let fraction = level - level.rounded(.down)
                return norm * norm / Double(levels * levels) * fraction * (1 - fraction)
            }
        }
    }

    @Test(arguments: [1, 2, 7, 127, 32_767])
    func isRightOnAverageWithTheVarianceOfThePaper(levels: Int) throws {
        let seeds = 2000
        var sum = [Double](repeating: 0, count: values.count), squares = 0.0
        for seed in 1...seeds {
            var draws = Samples.draws(seed)
            let received = try Samples.received(values, [.qsgd(levels: levels)], feedback: false, using: &draws)
            Kernels.accumulate(received, weight: 1 / Double(seeds), into: &sum)
            let error = Kernels.subtract(received, values)
            squares += Kernels.dot(error, error) / Double(seeds)
        }
        let variances = variances(levels)
        // Only where there were roundings enough in both directions for a score to be near to normal.
        let scores = values.indices.compactMap { i -> Double? in
            let deviation = (variances[i] / Double(seeds)).squareRoot()
            let norm = i < 512 ? Kernels.norm(Array(values[..<512])) : Kernels.norm(Array(values[512...]))
            let chance = variances[i] * Double(levels * levels) / (norm * norm)
            return chance * Double(seeds) > 20 ? (sum[i] - Double(values[i])) / deviation : nil
        }
        #expect(scores.count > 100)
        #expect(scores.allSatisfy { abs($0) < 6 })
        let meanSquare = scores.reduce(0) { $0 + $1 * $1 } / Double(scores.count)
        #expect(abs(meanSquare - 1) < 0.3, "\(meanSquare) of \(scores.count)")
        let expected = variances.reduce(0, +)
        #expect(abs(squares / expected - 1) < 0.05, "\(squares) for \(expected)")
        let bound = zip([values[..<512], values[512...]], [512.0, 188]).reduce(0.0) { sum, bucket in
            let norm = Kernels.norm(Array(bucket.0)), s = Double(levels)
            return sum + min(bucket.1 / (s * s), bucket.1.squareRoot() / s) * norm * norm
        }
        #expect(expected <= bound && squares <= bound)
    }

    /// Every received value is a level of its bucket's norm next to the one that was sent, of the same sign.
    @Test(arguments: [1, 3, 100])
    func levelsAreTheNeighbours(levels: Int) throws {
        var draws = Samples.draws(5)
        let received = try Samples.received(values, [.qsgd(levels: levels)], feedback: false, using: &draws)
        for (i, value) in values.enumerated() {
            let bucket = values[i / 512 * 512..<min(i / 512 * 512 + 512, values.count)]
            let step = Float(Kernels.norm(Array(bucket))) / Float(levels)
            #expect(abs(received[i] - value) < step * 1.0001)
            #expect(received[i] == 0 || (received[i] < 0) == (value < 0))
            #expect(abs((received[i] / step).rounded() - received[i] / step) < 1e-3)
        }
    }

    @Test(arguments: [(1, 2), (2, 3), (3, 3), (4, 4), (7, 4), (8, 5), (127, 8), (32_767, 16)], [0, 1, 511, 512, 513, 5000])
    func theSizeIsThatOfTheFormula(levels: (count: Int, bits: Int), count: Int) throws {
        var draws = Samples.draws(1)
        let packed = try UpdateCodec([.qsgd(levels: levels.count)], deflate: false).pack(
            Samples.update(count, seed: 2), name: "w", feedback: false, using: &draws)
        #expect(packed.bodyBytes == 4 * ((count + 511) / 512) + (count * levels.bits + 7) / 8)
        #expect(try packed.unpacked().count == count)
    }

    @Test func theDrawsDecide() throws {
        var first = Samples.draws(1), again = Samples.draws(1)
        var other = CodecDraws(seed: 1, shared: ["1", "c1"], own: "b")
        let codec: [CodecStep] = [.qsgd(levels: 2)]
        let one = try Samples.received(values, codec, feedback: false, using: &first)
        #expect(try Samples.received(values, codec, feedback: false, using: &again) == one)
        #expect(try Samples.received(values, codec, feedback: false, using: &again) != one)
        #expect(try Samples.received(values, codec, feedback: false, using: &other) != one)
    }

    @Test func edgesAreKept() throws {
        var draws = Samples.draws(1)
        // A lone value is its own norm, so its level is the highest and there is nothing to round.
        for value in [Float.leastNonzeroMagnitude, 0x1p-140, 1, 1e30, .greatestFiniteMagnitude] {
            for sign in [Float(1), -1] {
                let received = try Samples.received([0, sign * value, -0.0], [.qsgd(levels: 5)], feedback: false, using: &draws)
                #expect(received == [0, sign * value, 0])
            }
        }
        let huge = [Float](repeating: .greatestFiniteMagnitude, count: 600)
        #expect(try Samples.received(huge, [.qsgd(levels: 1)], feedback: false, using: &draws) == huge)
        #expect(try Samples.received([], [.qsgd(levels: 1)], feedback: false, using: &draws) == [])
    }

    @Test func hostileBodiesAreRefused() throws {
        func tensor(_ norm: [UInt8], _ codes: [UInt8], levels: UInt16 = 3, count: Int = 2) -> RawTensor {
            RawTensor(layout: 3, parameters: [UInt8(levels >> 8), UInt8(levels & 255)], count: count, body: norm + codes)
        }
        let three: [UInt8] = [0x40, 0x40, 0, 0]
        // 6 is level 3, 1 is level -1, three bits each.
        #expect(try tensor(three, [0b001_110]).unpacked() == [3, -1])
        let malformed = [
            tensor(three, [0b111_110]),  // a code over 2 levels
            tensor(three, [0b01_001_110]),  // a bit behind the last code
            tensor(three, [0b1000_0000]),
            tensor([0xC0, 0x40, 0, 0], [0]),  // a negative norm
            tensor([0x80, 0, 0, 0], [0]),
            tensor(three, [0], levels: 0),
            tensor(three, [0, 0, 0, 0], levels: 32_768),
            tensor(three, []),
            tensor(three, [0, 0]),
            tensor(three, [0], count: 513),
            tensor(three, [0], count: 1 << 26),
        ]
        for (index, tensor) in malformed.enumerated() {
            let error = #expect(throws: WireError.self, "case \(index)") { try tensor.unpacked() }
            guard case .malformed = error else {
                Issue.record("case \(index): \(String(describing: error))")
                continue
            }
        }
        for norm: [UInt8] in [[0x7F, 0x80, 0, 0], [0x7F, 0xC0, 0, 0], [0xFF, 0x80, 0, 0]] {
            #expect(throws: WireError.notFinite("tensor w")) { try tensor(norm, [0]).unpacked() }
        }
    }
}
