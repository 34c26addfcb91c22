// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Ridge statistics as a tensor", .timeLimit(.minutes(5)))
struct RidgeCodingTests {
    static func sample() throws -> RidgeStatistics {
        let data = try Toy.data(.classes, rows: 90, inputs: 6)
        return RidgeSolvingTests.statistics(data, Array(0..<90), outputs: 3)
    }

    @Test("the size is fixed, and 48 bits of each number come back")
    func roundTrip() throws {
        let statistics = try Self.sample()
        let coded = try statistics.coded()
        #expect(coded.count == 2 * (7 * 8 / 2 + 7 * 3 + 1))
        #expect(coded.count == RidgeStatistics.codedCount(dimension: 6, outputs: 3))
        let decoded = try RidgeStatistics(coded: coded, dimension: 6, outputs: 3)
        #expect(decoded.count == 90)
        for (x, y) in zip(decoded.gram + decoded.cross, statistics.gram + statistics.cross) {
            #expect(abs(x - y) <= abs(y) * 0x1p-48)
        }
        #expect(RidgeSolvingTests.gap(try decoded.solve(strength: 0.1), try statistics.solve(strength: 0.1)) < 1e-12)
        // A second trip changes nothing.
        #expect(try decoded.coded() == coded)
        let empty = RidgeStatistics(dimension: 6, outputs: 3)
        #expect(try RidgeStatistics(coded: empty.coded(), dimension: 6, outputs: 3) == empty)
    }

    @Test("malformed tensors are refused")
    func malformed() throws {
        let good = try Self.sample().coded()
        func refused(_ change: (inout [Float]) -> Void) -> Bool {
            var coded = good
            change(&coded)
            return (try? RidgeStatistics(coded: coded, dimension: 6, outputs: 3)) == nil
        }
        #expect(!refused { _ in })
        #expect(refused { $0.removeLast() })
        #expect(refused { $0.append(0) })
        #expect(refused { $0 = [] })
        #expect(refused { $0[5] = .nan })
        #expect(refused { $0[good.count - 1] = .infinity })
        #expect(refused { $0[0] = -1 })
        #expect(refused { $0[0] = 3.5 })
        #expect(refused { $0[0] = 1e30 })
        // The first feature's sum of squares, and its product with the second.
        #expect(refused { $0[2] = -1 })
        #expect(refused { $0[2] = 0 })
        #expect(refused { $0[4] = 1e6 })
    }

    @Test("sums beyond Float32 are refused before they are sent")
    func tooLarge() throws {
        let data = try Dataset(features: .float32([1e30]), dimension: 1, targets: .scores([1]))
        #expect(throws: LearningError.self) { try RidgeSolvingTests.statistics(data, [0], outputs: 1).coded() }
    }
}
