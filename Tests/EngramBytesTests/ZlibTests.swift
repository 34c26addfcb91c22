// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import Testing

@Suite(.timeLimit(.minutes(5))) struct ZlibTests {
    private let sample = (0..<300_000).map { UInt8(truncatingIfNeeded: ($0 &* $0) >> 9 & 15) }

    @Test(arguments: Zlib.Strategy.allCases, [Int32(-3), 1, 6, 40])
    func roundTrips(strategy: Zlib.Strategy, level: Int32) throws {
        let packed = Zlib.deflate(sample, strategy: strategy, level: level)
        #expect(try Zlib.inflate(packed[...], format: .zlib, limit: sample.count) == sample)
    }

    @Test func roundTripsNothing() throws {
        #expect(try Zlib.inflate(Zlib.deflate([])[...], format: .zlib, limit: 0).isEmpty)
    }

    @Test func readsRawStreams() throws {
        let packed = Zlib.deflate(sample)
        #expect(try Zlib.inflate(packed.dropFirst(2).dropLast(4), format: .raw, limit: sample.count) == sample)
    }

    @Test func readsGzipMembersBackToBack() throws {
        // `printf hi | gzip -n`, twice.
        let member = try #require([UInt8](hex: "1f8b0800000000000003cbc80400ac2a93d802000000"))
        #expect(try Zlib.inflate((member + member)[...], format: .gzip, limit: 10) == Array("hihi".utf8))
        #expect(throws: BytesError.self) { try Zlib.inflate((member + [1, 2, 3])[...], format: .gzip, limit: 10) }
    }

    @Test func stopsAtTheLimit() {
        let bomb = Zlib.deflate([UInt8](repeating: 0, count: 5_000_000), strategy: .standard, level: 9)
        #expect(bomb.count < 10_000)
        #expect(throws: BytesError.self) { try Zlib.inflate(bomb[...], format: .zlib, limit: 1_000_000) }
        #expect(throws: BytesError.self) { try Zlib.inflate(bomb[...], format: .zlib, limit: 4_999_999) }
    }

    @Test func refusesBrokenStreams() {
        let packed = Zlib.deflate(sample)
        #expect(throws: BytesError.truncated(needed: 1, left: 0)) {
            try Zlib.inflate(packed.dropLast(), format: .zlib, limit: 1_000_000)
        }
        #expect(throws: BytesError.self) { try Zlib.inflate((packed + [0])[...], format: .zlib, limit: 1_000_000) }
        #expect(throws: BytesError.self) { try Zlib.inflate([], format: .zlib, limit: 10) }
        #expect(throws: BytesError.self) { try Zlib.inflate([1, 2, 3, 4], format: .zlib, limit: 10) }
        var flipped = packed
        flipped[packed.count / 2] ^= 0x40
        #expect(throws: BytesError.self) { try Zlib.inflate(flipped[...], format: .zlib, limit: 1_000_000) }
    }

    @Test func checksums() {
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.checksum([]) == 0)
    }
}
