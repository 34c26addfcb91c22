// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire
import Testing

@Suite(.timeLimit(.minutes(5))) struct HSQTests {
    /// Segment and bits, from the smallest to the largest codebook.
    static let shapes = [(2, 2), (3, 4), (4, 8), (8, 4), (8, 8), (16, 6), (64, 7)]

    private func received(_ values: [Float], _ shape: (Int, Int)) throws -> [Float] {
        try UpdateCodec([.hsq(segment: shape.0, bits: shape.1)], deflate: false).pack(values, name: "w").unpacked()
    }

    /// The codewords, by asking for each in turn with the length 1.
    private func codebook(_ segment: Int, _ bits: Int) throws -> [[Float]] {
        let count = 1 << bits
        var ids = [UInt8](repeating: 0, count: (count * bits + 7) / 8)
        for id in 0..<count {
            for bit in 0..<bits where id >> bit & 1 == 1 { ids[(id * bits + bit) / 8] |= 1 << UInt8((id * bits + bit) % 8) }
        }
        // 1 is the upper half of 3F80 0000 shifted by four bits.
        let body = [0x03, 0xF8] + [UInt8](repeating: 255, count: count) + ids
        let tensor = RawTensor(layout: 32, parameters: [UInt8(segment), UInt8(bits)], count: count * segment, body: body)
        let values = try tensor.unpacked()
        return (0..<count).map { Array(values[$0 * segment..<($0 + 1) * segment]) }
    }

    @Test(arguments: shapes) func codewordsAreBasesAndTheirNegatives(segment: Int, bits: Int) throws {
        let words = try codebook(segment, bits)
        let directions = stride(from: 0, to: words.count, by: 2).map { words[$0] }
        for (index, word) in directions.enumerated() {
            #expect(abs(Kernels.norm(word) - 1) < 1e-6)
            #expect(words[2 * index + 1] == word.map { -$0 })
            let basis = index / segment * segment
            for other in basis..<index { #expect(abs(Kernels.dot(directions[other], word)) < 1e-6) }
        }
        #expect(Set(words).count == words.count)
        // More bits add codewords and change none.
        if bits < 12 { #expect(try Array(codebook(segment, bits + 1).prefix(words.count)) == words) }
    }

    /// Directions favour no axis and no sign: the mean outer product is that of the sphere.
    @Test func codewordsAreSpreadOverTheSphere() throws {
        let words = try codebook(4, 12)
        for i in 0..<4 {
            for j in 0..<4 {
                let mean = words.reduce(0.0) { $0 + Double($1[i] * $1[j]) } / Double(words.count)
                #expect(abs(mean - (i == j ? 0.25 : 0)) < 1e-6)
                let fourth = words.reduce(0.0) { $0 + Double($1[i] * $1[i] * $1[j] * $1[j]) } / Double(words.count)
                #expect(abs(fourth - (i == j ? 3.0 : 1.0) / 24) < 0.01)
            }
        }
    }

    @Test(arguments: shapes) func theNearestCodewordIsSent(segment: Int, bits: Int) throws {
        let words = try codebook(segment, bits)
        let values = Samples.update(20 * segment, seed: 51)
        let sent = try received(values, (segment, bits))
        for start in stride(from: 0, to: values.count, by: segment) {
            let part = Array(values[start..<start + segment]), got = Array(sent[start..<start + segment])
            let closest = words.map { Kernels.dot($0, part) }.max() ?? 0
            let length = Kernels.norm(got)
            // Along the nearest codeword, with a length that is right to a sixteenth.
            #expect(abs(Kernels.dot(got, part) / length - closest) < 1e-5 * closest)
            #expect(abs(length / closest - 1) <= 1.0 / 16 + 1e-6)
        }
    }

    @Test(arguments: shapes, [0, 1, 7, 64, 1000])
    func theSizeIsThatOfTheFormula(shape: (Int, Int), count: Int) throws {
        let packed = try UpdateCodec([.hsq(segment: shape.0, bits: shape.1)], deflate: false)
            .pack(Samples.update(count, seed: 2), name: "w")
        let segments = (count + shape.0 - 1) / shape.0
        #expect(packed.bodyBytes == (count == 0 ? 0 : 2 + segments + (segments * shape.1 + 7) / 8))
        #expect(try packed.unpacked().count == count)
    }

    @Test(arguments: shapes) func edgesAreKept(segment: Int, bits: Int) throws {
        #expect(try received([Float](repeating: 0, count: 100), (segment, bits)).allSatisfy { $0 == 0 })
        let huge = try received([Float](repeating: .greatestFiniteMagnitude, count: 100), (segment, bits))
        #expect(huge.allSatisfy(\.isFinite) && Kernels.norm(huge) > 1e38)
        for value in [Float.leastNonzeroMagnitude, 0x1p-140, 1e-20, 1e20] {
            let sent = try received([Float](repeating: value, count: segment), (segment, bits))
            #expect(Kernels.isFinite(sent))
            if value > 1e-30 { #expect(Kernels.norm(sent) > 0) }
        }
        // What is 2^32 times smaller than the largest segment is nothing.
        let far = try received([Float](repeating: 1, count: segment) + [Float](repeating: 1e-12, count: segment), (segment, bits))
        #expect(far[..<segment].contains { $0 != 0 } && far[segment...].allSatisfy { $0 == 0 })
    }

    @Test func hostileBodiesAreRefused() throws {
        func tensor(_ top: [UInt8], _ lengths: [UInt8], _ ids: [UInt8], shape: [UInt8] = [2, 3], count: Int = 3) -> RawTensor {
            RawTensor(layout: 32, parameters: shape, count: count, body: top + lengths + ids)
        }
        #expect(try tensor([3, 0xF8], [255, 0], [0b000_101]).unpacked()[2] == 0)
        let malformed = [
            tensor([8, 0], [255, 0], [0]),  // no such length
            tensor([0, 0], [1, 0], [0]),  // a length below all
            tensor([3, 0xF8], [255, 0], [0b0100_0000]),  // a bit behind the last id
            tensor([3, 0xF8], [255, 0], []),
            tensor([3, 0xF8], [255, 0], [0, 0]),
            tensor([3, 0xF8], [255, 0], [0], shape: [1, 3]),
            tensor([3, 0xF8], [255, 0], [0], shape: [65, 12]),
            tensor([3, 0xF8], [255, 0], [0], shape: [2, 1]),
            tensor([3, 0xF8], [255, 0], [0], shape: [2, 13]),
            tensor([3, 0xF8], [255, 0], [0], shape: [8, 3]),  // does not span
            tensor([3, 0xF8], [255, 0], [0], count: 0),
            RawTensor(layout: 33, parameters: [2, 3], count: 3, body: [3, 0xF8, 0, 0, 0]),
        ]
        for (index, tensor) in malformed.enumerated() {
            let error = #expect(throws: WireError.self, "case \(index)") { try tensor.unpacked() }
            guard case .malformed = error else {
                Issue.record("case \(index): \(String(describing: error))")
                continue
            }
        }
        #expect(throws: WireError.notFinite("tensor w")) { try tensor([7, 0xF8], [255, 0], [0]).unpacked() }
    }
}
