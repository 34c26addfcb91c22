// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@Suite("Sign projection", .timeLimit(.minutes(5)))
struct ProjectionTests {
    @Test(
        "keeps inner products on average over seeds, with the stated spread",
        arguments: [(10, 64), (300, 64), (5000, 64), (70_000, 64)])
    func unbiased(n: Int, size: Int) {
        let x = KernelsTests.random(n, "x")
        let noise = KernelsTests.random(n, "noise")
        let y = zip(x, noise).map { 0.5 * $0 + $1 }
        let exact = Kernels.dot(x, y)
        let scale = Kernels.norm(x) * Kernels.norm(y)
        let seeds = n > 10_000 ? 60 : 300
        let errors = (0..<seeds).map { seed in
            let px = Kernels.signProjection(x, size: size, seed: UInt64(seed))
            let py = Kernels.signProjection(y, size: size, seed: UInt64(seed))
            return (Kernels.dot(px, py) - exact) / scale
        }
        let mean = errors.reduce(0, +) / Double(seeds)
        let deviation = (errors.reduce(0) { $0 + $1 * $1 } / Double(seeds)).squareRoot()
        let expected = 1 / Double(size).squareRoot()
        #expect(abs(mean) < 4 * expected / Double(seeds).squareRoot())
        #expect(deviation < 1.6 * expected)
    }

    @Test("every element of the matrix is ±1/√size", arguments: [1, 7, 100])
    func elements(n: Int) {
        for i in 0..<n {
            var unit = [Float](repeating: 0, count: n)
            unit[i] = 1
            #expect(Kernels.signProjection(unit, size: 16, seed: 3).allSatisfy { abs($0) == 0.25 })
        }
    }

    @Test("is linear, seeded, and empty vectors give zeros")
    func linear() {
        let (x, y) = (KernelsTests.random(500, "x"), KernelsTests.random(500, "y"))
        let sum = Kernels.signProjection(zip(x, y).map { $0 + $1 }, size: 32, seed: 9)
        let parts = zip(Kernels.signProjection(x, size: 32, seed: 9), Kernels.signProjection(y, size: 32, seed: 9)).map {
            $0 + $1
        }
        #expect(zip(sum, parts).allSatisfy { abs($0 - $1) < 1e-3 })
        #expect(Kernels.signProjection(x, size: 32, seed: 9) == Kernels.signProjection(x, size: 32, seed: 9))
        #expect(Kernels.signProjection(x, size: 32, seed: 9) != Kernels.signProjection(x, size: 32, seed: 10))
        #expect(Kernels.signProjection([], size: 4, seed: 1) == [0, 0, 0, 0])
    }
}
