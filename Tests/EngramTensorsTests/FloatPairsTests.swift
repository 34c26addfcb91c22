// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@Suite("Float64 as pairs of Float32", .timeLimit(.minutes(5)))
struct FloatPairsTests {
    @Test("48 bits come back")
    func precision() throws {
        var generator = SeededGenerator(seed: 4)
        let values = (0..<2000).map { i in generator.normal() * [1e-20, 1, 1e9, 1e30][i % 4] } + [0, -0.0, 1.0 / 3, -2e38]
        let pairs = try FloatPairs.encode(values)
        #expect(pairs.count == 2 * values.count)
        let decoded = try FloatPairs.decode(pairs)
        for (x, y) in zip(values, decoded) { #expect(abs(x - y) <= abs(x) * 0x1p-48) }
        let whole = [Double(1 << 40) - 1, 123_456_789_012]
        #expect(try FloatPairs.decode(FloatPairs.encode(whole)) == whole)
    }

    @Test("what Float32 cannot hold is refused on both sides", arguments: [1e39, -1e39, .infinity, .nan])
    func refused(bad: Double) {
        #expect(throws: AlgebraError.self) { try FloatPairs.encode([1, bad]) }
        #expect(throws: AlgebraError.self) { try FloatPairs.decode([1, Float(bad), 1, 1]) }
    }
}
