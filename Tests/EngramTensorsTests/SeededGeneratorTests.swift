// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation
import Testing

@Suite("Seeded generator", .timeLimit(.minutes(5)))
struct SeededGeneratorTests {
    @Test("its streams are pinned for ever")
    func golden() {
        var plain = SeededGenerator(seed: 0)
        #expect((0..<3).map { _ in plain.next() } == [0x99ec5f36cb75f2b4, 0xbf6e1f784956452a, 0x1a5f849d4933e6e0])
        var labelled = SeededGenerator(seed: 42, "round", "7")
        #expect((0..<3).map { _ in labelled.next() } == [0xe6c896043d0879f4, 0xe7ad38f891cf50b0, 0xe77da2e9c2e56c2f])
        var shuffled = SeededGenerator(seed: 1)
        #expect(shuffled.permutation(10) == [3, 6, 1, 5, 0, 9, 2, 8, 4, 7])
        var draws = SeededGenerator(seed: 2)
        #expect((0..<5).map { _ in draws.below(1000) } == [102, 725, 183, 747, 686])
    }

    @Test("labels give independent streams, and their borders count")
    func labels() {
        let streams = [[], ["a"], ["b"], ["a", "b"], ["ab"], ["b", "a"], ["a", ""]].map { labels in
            var generator = SeededGenerator(seed: 9, labels: labels)
            return generator.next()
        }
        #expect(Set(streams).count == streams.count)
        var one = SeededGenerator(seed: 9, "a", "b")
        #expect(one.next() == streams[3])
    }

    @Test("its state survives coding, and a dead state is refused")
    func coding() throws {
        var generator = SeededGenerator(seed: 3, "x")
        _ = generator.next()
        var copy = try JSONDecoder().decode(SeededGenerator.self, from: JSONEncoder().encode(generator))
        #expect(copy == generator)
        #expect(copy.next() == generator.next())
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(SeededGenerator.self, from: Data("[0,0,0,0]".utf8)) }
    }

    @Test("uniform, normal and whole numbers have the right moments")
    func moments() {
        var generator = SeededGenerator(seed: 4)
        let n = 20_000
        let uniform = (0..<n).map { _ in generator.uniform() }
        #expect(uniform.allSatisfy { (0..<1).contains($0) })
        #expect(abs(uniform.reduce(0, +) / Double(n) - 0.5) < 0.01)
        let normal = (0..<n).map { _ in generator.normal() }
        #expect(abs(normal.reduce(0, +) / Double(n)) < 0.03)
        #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / Double(n) - 1) < 0.04)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<n { counts[generator.below(7)] += 1 }
        #expect(counts.allSatisfy { abs(Double($0) - Double(n) / 7) < 250 })
    }

    @Test("gamma draws have their mean and variance", arguments: [0.1, 0.5, 1, 3.7])
    func gamma(shape: Double) {
        var generator = SeededGenerator(seed: 5)
        let n = 20_000
        let draws = (0..<n).map { _ in generator.gamma(shape) }
        let mean = draws.reduce(0, +) / Double(n)
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
        #expect(abs(mean - shape) < 0.05 * max(shape, 1))
        #expect(abs(variance - shape) < 0.12 * max(shape, 1))
    }

    @Test("Dirichlet draws sum to one, even for tiny parameters", arguments: [1e-6, 0.01, 1, 100])
    func dirichlet(alpha: Double) {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<50 {
            let draw = generator.dirichlet([Double](repeating: alpha, count: 10))
            #expect(draw.allSatisfy { $0 >= 0 && $0.isFinite })
            #expect(abs(draw.reduce(0, +) - 1) < 1e-9)
        }
    }

    @Test("a permutation holds every number once", arguments: [0, 1, 2, 100])
    func permutation(n: Int) {
        var generator = SeededGenerator(seed: 7)
        #expect(generator.permutation(n).sorted() == Array(0..<n))
    }
}
