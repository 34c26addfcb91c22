// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramWire
import Testing

@Suite(.timeLimit(.minutes(5))) struct ParcelTests {
    private func sample() throws -> Parcel {
        let values = Samples.update(600, seed: 1)
        return Parcel(
            scalars: ["loss": 0.25, "samples": 450, "a": -1],
            tensors: [
                try UpdateCodec([.float32], deflate: true).pack(values, name: "layers.0.weight"),
                try UpdateCodec([.topK(fraction: 0.1), .float16], deflate: false).pack(values, name: "layers.0.bias"),
                try UpdateCodec([.topK(fraction: 0.1), .int8], deflate: true).pack(values, name: "signature"),
            ])
    }

    /// A parcel of one tensor, written by hand.
    private func tensor(layout: UInt8, count: UInt32, inflated: UInt32, stored: UInt32, body: [UInt8]) -> [UInt8] {
        RawTensor(layout: layout, count: Int(count), inflated: inflated, stored: stored, body: body).encoded
    }

    private func unpack(_ bytes: [UInt8]) throws -> [Float] {
        try #require(try Parcel(decoding: bytes, limits: WireLimits()).tensors.first).unpacked()
    }

    @Test func roundTrips() throws {
        let parcel = try sample()
        let decoded = try Parcel(decoding: parcel.encoded(), limits: WireLimits())
        #expect(decoded == parcel)
        #expect(decoded.encoded() == parcel.encoded())
        #expect(try Parcel(decoding: Parcel().encoded(), limits: WireLimits()) == Parcel())
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func mutationsNeverTrap(seed: UInt64) throws {
        let valid = try sample().encoded()
        var random = SplitMix(state: seed)
        var refused = 0
        // A mutated count may claim anything up to the limit.
        var limits = WireLimits()
        limits.maxTensorValues = 10_000
        for _ in 0..<400 {
            var bytes = valid
            for _ in 0...random.below(2) {
                let place = random.below(2) == 0 ? random.below(80) : random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes[place] ^= 1 << UInt8(random.below(8))
                default: bytes.removeLast(random.below(bytes.count / 2))
                }
                if bytes.count < 80 { break }
            }
            do {
                let parcel = try Parcel(decoding: bytes, limits: limits)
                for tensor in parcel.tensors {
                    let values = try tensor.unpacked()
                    #expect(values.count == tensor.count && values.allSatisfy(\.isFinite))
                }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 0)
    }

    @Test func refusesZipBombs() throws {
        // The ratio: a megabyte of zeros in a kilobyte.
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        let bomb = Zlib.deflate(zeros, strategy: .standard, level: 9)
        let honest = tensor(layout: 8, count: 1 << 18, inflated: 1 << 20, stored: UInt32(bomb.count), body: bomb)
        #expect(throws: WireError.self) { try Parcel(decoding: honest, limits: WireLimits()) }
        // The size: more than was declared is never made.
        let lying = tensor(layout: 8, count: 4000, inflated: 16_000, stored: UInt32(bomb.count), body: bomb)
        let parcel = try Parcel(decoding: lying, limits: WireLimits())
        #expect(throws: WireError.self) { try parcel.tensors[0].unpacked() }
        // Less than was declared is refused too.
        let short = Zlib.deflate([UInt8](repeating: 0, count: 100))
        let bytes = tensor(layout: 8, count: 30, inflated: 120, stored: UInt32(short.count), body: short)
        #expect(throws: WireError.self) { try unpack(bytes) }
    }

    @Test func refusesBrokenNumbers() {
        let nan = tensor(layout: 0, count: 1, inflated: 4, stored: 4, body: [0x7F, 0xC0, 0, 0])
        #expect(throws: WireError.notFinite("tensor w")) { try unpack(nan) }
        let halfInfinity = tensor(layout: 1, count: 1, inflated: 2, stored: 2, body: [0x7C, 0])
        #expect(throws: WireError.notFinite("tensor w")) { try unpack(halfInfinity) }
        let negativeScale = tensor(layout: 2, count: 1, inflated: 5, stored: 5, body: [0xBF, 0x80, 0, 0, 1])
        #expect(throws: WireError.self) { try unpack(negativeScale) }
        let asymmetric = tensor(layout: 2, count: 1, inflated: 5, stored: 5, body: [0x3F, 0x80, 0, 0, 0x80])
        #expect(throws: WireError.self) { try unpack(asymmetric) }
        #expect(throws: WireError.notFinite("scalar a")) {
            try Parcel(decoding: Parcel(scalars: ["a": .nan]).encoded(), limits: WireLimits())
        }
    }

    @Test func refusesBadIndices() throws {
        func sparse(count: UInt32, kept: UInt32, indices: [UInt8], values: [UInt8]) -> [UInt8] {
            var writer = ByteWriter()
            writer.u32(kept)
            writer.u32(UInt32(indices.count))
            writer.raw(indices)
            writer.raw(values)
            let size = UInt32(writer.bytes.count)
            return tensor(layout: 4 | 1, count: count, inflated: size, stored: size, body: writer.bytes)
        }
        let one: [UInt8] = [0x3C, 0]
        #expect(try unpack(sparse(count: 3, kept: 1, indices: [2], values: one)) == [0, 0, 1])
        let bad = [
            sparse(count: 3, kept: 1, indices: [3], values: one),  // out of range
            sparse(count: 3, kept: 2, indices: [0, 2], values: [0x3C, 0x3C, 0, 0]),  // the second is 3
            sparse(count: 3, kept: 1, indices: [0x82, 0], values: one),  // longer than needed
            sparse(count: 3, kept: 1, indices: [0x82], values: one),  // unfinished
            sparse(count: 3, kept: 1, indices: [0, 0], values: one),  // unused bytes
            sparse(count: 3, kept: 1, indices: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], values: one),  // too long
            sparse(count: 3, kept: 0, indices: [], values: []),
            sparse(count: 3, kept: 3, indices: [0, 0, 0], values: one + one + one),
            sparse(count: 3, kept: 1, indices: [0], values: one + [0]),  // trailing
            sparse(count: 1, kept: 1, indices: [0], values: one),
        ]
        for (index, bytes) in bad.enumerated() {
            #expect(throws: WireError.self, "case \(index)") { try unpack(bytes) }
        }
    }

    @Test func refusesContradictingSizes() {
        let bad = [
            tensor(layout: 0, count: 2, inflated: 4, stored: 4, body: [0, 0, 0, 0]),
            tensor(layout: 0, count: 1, inflated: 4, stored: 3, body: [0, 0, 0]),
            tensor(layout: 0, count: 1, inflated: 4, stored: 4, body: [0, 0, 0]),
            tensor(layout: 0, count: 1, inflated: 4, stored: 4, body: [0, 0, 0, 0, 0]),
            tensor(layout: 3, count: 1, inflated: 4, stored: 4, body: [0, 0, 0, 0]),
            tensor(layout: 16, count: 1, inflated: 4, stored: 4, body: [0, 0, 0, 0]),
            tensor(layout: 8, count: 1, inflated: 4, stored: 4, body: [0, 0, 0, 0]),
            tensor(layout: 8, count: 1, inflated: 4, stored: 0, body: []),
            tensor(layout: 0, count: .max, inflated: .max, stored: .max, body: []),
            tensor(layout: 4, count: .max, inflated: 8, stored: 8, body: [0, 0, 0, 1, 0, 0, 0, 0]),
        ]
        for (index, bytes) in bad.enumerated() {
            #expect(throws: WireError.self, "case \(index)") { try Parcel(decoding: bytes, limits: WireLimits()) }
        }
    }

    @Test func refusesWhatIsOverTheLimits() throws {
        let bytes = try sample().encoded()
        func expectRefusal(_ change: (inout WireLimits) -> Void, sourceLocation: SourceLocation = #_sourceLocation) {
            var limits = WireLimits()
            change(&limits)
            #expect(throws: WireError.self, sourceLocation: sourceLocation) { try Parcel(decoding: bytes, limits: limits) }
        }
        expectRefusal { $0.maxParcelBytes = bytes.count - 1 }
        expectRefusal { $0.maxScalars = 2 }
        expectRefusal { $0.maxTensors = 2 }
        expectRefusal { $0.maxTensorNameBytes = 5 }
        expectRefusal { $0.maxTensorValues = 599 }
        expectRefusal { $0.maxParcelValues = 1799 }
    }

    @Test func refusesDoubleNames() throws {
        var parcel = try sample()
        parcel.tensors.append(parcel.tensors[0])
        let bytes = parcel.encoded()
        #expect(throws: WireError.malformed("two tensors are named layers.0.weight")) {
            try Parcel(decoding: bytes, limits: WireLimits())
        }
        var writer = ByteWriter()
        writer.raw(Array("EGP1".utf8))
        writer.u32(2)
        for name in ["b", "a"] {
            writer.string(name)
            writer.f64(1)
        }
        writer.u32(0)
        #expect(throws: WireError.malformed("scalar a does not follow b in order")) {
            try Parcel(decoding: writer.bytes, limits: WireLimits())
        }
    }

    @Test func countsAreCheckedBeforeUnpacking() throws {
        let packed = try UpdateCodec([], deflate: false).pack([1, 2], name: "w")
        #expect(try packed.unpacked(expecting: 2) == [1, 2])
        #expect(throws: WireError.self) { try packed.unpacked(expecting: 3) }
    }
}
