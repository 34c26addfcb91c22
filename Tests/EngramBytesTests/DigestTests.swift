// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct DigestTests {
    // FIPS 180-4 examples.
    private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    private let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    @Test func matchesTheStandard() {
        #expect(Digest(of: Array("abc".utf8)).hex == abc)
        #expect(Digest(of: []).hex == empty)
        #expect(Digest(of: [1, 2, 3][1...]) == Digest(of: [2, 3]))
    }

    @Test func streamsGiveTheSame() {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let stream = DigestStream()
        stream.update(bytes[..<7])
        stream.update(bytes[7..<50_000])
        stream.update(Array(bytes[50_000...]))
        #expect(stream.finish() == Digest(of: bytes))
        stream.update([1])
        #expect(stream.finish() == Digest(of: bytes))
    }

    @Test func codesAsHexadecimal() throws {
        let digest = try #require(Digest(hex: abc))
        #expect(Digest(hex: abc.uppercased()) == digest)
        #expect(Digest(bytes: digest.bytes) == digest)
        #expect(digest.bytes.count == 32)
        #expect(Digest(bytes: [1, 2]) == nil)
        #expect(Digest(hex: String(abc.dropLast())) == nil)
        #expect(Digest(hex: "g" + abc.dropFirst()) == nil)
        let coded = try JSONEncoder().encode([digest])
        #expect(String(decoding: coded, as: UTF8.self) == "[\"\(abc)\"]")
        #expect(try JSONDecoder().decode([Digest].self, from: coded) == [digest])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Digest].self, from: Data("[\"ab\"]".utf8)) }
    }

    @Test func ordersByBytes() throws {
        let digests = (0..<50).map { Digest(of: [UInt8($0)]) }
        #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
    }
}
