// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import Testing

@Suite(.timeLimit(.minutes(5))) struct ByteReaderTests {
    @Test func readsWhatTheWriterWrote() throws {
        var writer = ByteWriter()
        writer.u8(7)
        writer.u16(0x0102)
        writer.u32(0x0304_0506)
        writer.u64(.max - 1)
        writer.f32(-1.5)
        writer.f64(0.1)
        writer.string("Grüße")
        writer.raw([9, 8, 7])
        #expect(writer.bytes.prefix(7) == [7, 1, 2, 3, 4, 5, 6])

        var reader = ByteReader(writer.bytes)
        #expect(try reader.u8() == 7)
        #expect(try reader.u16() == 0x0102)
        #expect(try reader.u32() == 0x0304_0506)
        #expect(try reader.u64() == .max - 1)
        #expect(try reader.f32() == -1.5)
        #expect(try reader.f64() == 0.1)
        #expect(try reader.string(limit: 7) == "Grüße")
        #expect(try reader.bytes(2) == [9, 8])
        #expect(reader.remaining == 1)
        #expect(throws: BytesError.self) { try reader.finish() }
        #expect(reader.remainder() == [7])
        try reader.finish()
    }

    @Test func refusesWhatIsNotThere() {
        var reader = ByteReader([1, 2, 3])
        #expect(throws: BytesError.truncated(needed: 4, left: 3)) { try reader.u32() }
        #expect(throws: BytesError.truncated(needed: 4, left: 3)) { try reader.bytes(4) }
        #expect(throws: BytesError.truncated(needed: -1, left: 3)) { try reader.bytes(-1) }
        #expect(reader.remaining == 3)
    }

    @Test func refusesBadStrings() {
        var long = ByteReader([0, 3, 0x61, 0x62, 0x63])
        #expect(throws: BytesError.limit(what: "string length", value: 3, limit: 2)) { try long.string(limit: 2) }
        var broken = ByteReader([0, 2, 0xC3, 0x28])
        #expect(throws: BytesError.self) { try broken.string(limit: 10) }
        #expect(broken.remaining == 4)
    }

    @Test func readsSlicesThatDoNotStartAtZero() throws {
        let bytes: [UInt8] = [9, 9, 0, 1, 2]
        var reader = ByteReader(bytes[2...])
        #expect(try reader.u16() == 1)
        #expect(try reader.u8() == 2)
        try reader.finish()
    }

    @Test func clipsStringsAtScalars() throws {
        #expect("aéb".clipped(toUTF8Bytes: 2) == "a")
        #expect("aéb".clipped(toUTF8Bytes: 3) == "aé")
        var writer = ByteWriter()
        writer.string(String(repeating: "é", count: 40_000))
        var reader = ByteReader(writer.bytes)
        #expect(try reader.string(limit: 65_535).utf8.count == 65_534)
    }
}
