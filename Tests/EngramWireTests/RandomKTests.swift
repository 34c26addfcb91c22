// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire
import Testing

@Suite(.timeLimit(.minutes(5))) struct RandomKTests {
    private let values = Samples.update(1000, seed: 41)

    private func received(_ values: [Float], _ steps: [CodecStep], feedback: Bool, seed: Int) throws -> [Float] {
        var draws = Samples.draws(seed)
        return try Samples.received(values, steps, feedback: feedback, using: &draws)
    }

    @Test(arguments: [0.001, 0.01, 0.5, 0.999, 1], [true, false])
    func keptValuesAreAsTheyAreOrScaledUp(fraction: Double, feedback: Bool) throws {
        let codec = try UpdateCodec([.randomK(fraction: fraction)], deflate: false)
        let kept = codec.keptCount(of: values.count)
        let sent = try received(values, [.randomK(fraction: fraction)], feedback: feedback, seed: 1)
        let scale = feedback ? 1 : Float(Double(values.count) / Double(kept))
        #expect(zip(sent, values).allSatisfy { $0 == 0 || $0 == $1 * scale })
        #expect(sent.filter { $0 != 0 }.count == kept)
    }

    /// Each place is kept as often as any other, and so is each pair of neighbours.
    @Test func everyPlaceHasItsTurn() throws {
        let ones = [Float](repeating: 1, count: 40)
        let seeds = 4000
        var sum = [Double](repeating: 0, count: 40), pairs = 0
        for seed in 1...seeds {
            let sent = try received(ones, [.randomK(fraction: 0.25)], feedback: true, seed: seed)
            Kernels.accumulate(sent, weight: 1, into: &sum)
            for i in 1..<40 where sent[i] != 0 && sent[i - 1] != 0 { pairs += 1 }
        }
        let deviation = (Double(seeds) * 0.25 * 0.75).squareRoot()
        #expect(sum.allSatisfy { abs($0 - 0.25 * Double(seeds)) < 5 * deviation })
        let expected = Double(seeds) * 39 * (10.0 / 40) * (9.0 / 39)
        #expect(abs(Double(pairs) / expected - 1) < 0.03)
    }

    @Test(arguments: [[CodecStep.randomK(fraction: 0.1)], [.randomK(fraction: 0.1), .qsgd(levels: 3)]])
    func isRightOnAverageWithoutFeedback(steps: [CodecStep]) throws {
        let seeds = 4000
        var sum = [Double](repeating: 0, count: values.count)
        for seed in 1...seeds {
            Kernels.accumulate(try received(values, steps, feedback: false, seed: seed), weight: 1 / Double(seeds), into: &sum)
        }
        // Each is n / k times itself with probability k / n: variance 9 v², less than twice that once quantised to a third of a norm.
        let norm = Kernels.norm(values)
        for i in values.indices {
            let variance = 9 * Double(values[i] * values[i]) + (steps.count > 1 ? 10 * norm * norm / 9 * 0.25 * 10 : 0)
            #expect(abs(sum[i] - Double(values[i])) < 6 * (variance / Double(seeds)).squareRoot() + 1e-9)
        }
    }

    /// With one seed of places for all agents, the sum of what they send is what their sum would have sent: secure aggregation works.
    @Test(arguments: [true, false]) func isLinearForAgentsOfARound(feedback: Bool) throws {
        let other = Samples.update(1000, seed: 42)
        var total = values
        Kernels.axpy(1, other, into: &total)
        var first = CodecDraws(seed: 9, shared: ["4", "c1"], own: "a")
        var second = CodecDraws(seed: 9, shared: ["4", "c1"], own: "b")
        var both = CodecDraws(seed: 9, shared: ["4", "c1"], own: "c")
        let steps = [CodecStep.randomK(fraction: 0.05)]
        var sum = try Samples.received(values, steps, feedback: feedback, using: &first)
        Kernels.axpy(1, try Samples.received(other, steps, feedback: feedback, using: &second), into: &sum)
        let expected = try Samples.received(total, steps, feedback: feedback, using: &both)
        #expect(zip(sum, expected).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) })
        #expect(sum.filter { $0 != 0 }.count == 50)
        var next = CodecDraws(seed: 9, shared: ["5", "c1"], own: "a")
        let later = try Samples.received(values, steps, feedback: feedback, using: &next)
        #expect(zip(later, sum).contains { ($0 == 0) != ($1 == 0) })
    }

    @Test func theSeedTravelsInsteadOfTheIndices() throws {
        var draws = Samples.draws(3)
        let packed = try UpdateCodec([.randomK(fraction: 0.1), .float16], deflate: false)
            .pack(values, name: "w", feedback: true, using: &draws)
        #expect(packed.bodyBytes == 4 + 8 + 2 * 100)
    }

    @Test func hostileBodiesAreRefused() throws {
        func tensor(kept: UInt8, values: [UInt8], count: Int, layout: UInt8 = 20 | 1) -> RawTensor {
            RawTensor(layout: layout, count: count, body: [0, 0, 0, kept, 1, 2, 3, 4, 5, 6, 7, 8] + values)
        }
        let one: [UInt8] = [0x3C, 0]
        #expect(try tensor(kept: 1, values: one, count: 3).unpacked().reduce(0, +) == 1)
        let bad = [
            tensor(kept: 0, values: [], count: 3),
            tensor(kept: 3, values: one + one + one, count: 3),
            tensor(kept: 200, values: one, count: 3),
            tensor(kept: 2, values: one, count: 3),  // a value is missing
            tensor(kept: 1, values: one + [0], count: 3),  // a byte is over
            tensor(kept: 1, values: one, count: 1),
            tensor(kept: 1, values: one, count: 3, layout: 16 | 1),  // drawn, but not sparse
            tensor(kept: 1, values: one, count: 3, layout: 20 | 64),
            RawTensor(layout: 20, count: 3, body: [0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7]),  // half a seed
            RawTensor(layout: 20, count: 3, body: []),
        ]
        for (index, tensor) in bad.enumerated() {
            #expect(throws: WireError.self, "case \(index)") { try tensor.unpacked() }
        }
        #expect(throws: WireError.notFinite("tensor w")) { try tensor(kept: 1, values: [0x7C, 0], count: 3).unpacked() }
    }
}
