// SPDX-License-Identifier: Apache-2.0
import CKernels
import EngramTensors
import Testing

@Suite("The built-in matrix product", .timeLimit(.minutes(5)))
struct BuiltInProductTests {
    @Test("agrees with plain loops, edges and scaling included", arguments: [0, 1, 2, 3])
    func agrees(form: Int) {
        let (ta, tb) = (form & 1 != 0, form & 2 != 0)
        var generator = SeededGenerator(seed: 5, "gemm", String(form))
        for _ in 0..<60 {
            let (m, n, k) = (1 + generator.below(40), 1 + generator.below(70), 1 + generator.below(50))
            let beta: Float = generator.below(2) == 0 ? 0 : 0.5
            let a = (0..<m * k).map { _ in Float(generator.normal()) }
            let b = (0..<k * n).map { _ in Float(generator.normal()) }
            let before = (0..<m * n + 8).map { _ in Float(generator.normal()) }
            var c = before
            unsafe ek_sgemm_builtin(ta ? 1 : 0, tb ? 1 : 0, m, n, k, 0.7, a, ta ? m : k, b, tb ? k : n, beta, &c, n)
            var worst = 0.0
            for i in 0..<m {
                for j in 0..<n {
                    var sum = 0.0
                    for p in 0..<k { sum += Double(ta ? a[p * m + i] : a[i * k + p]) * Double(tb ? b[j * k + p] : b[p * n + j]) }
                    worst = max(worst, abs(0.7 * sum + Double(beta * before[i * n + j]) - Double(c[i * n + j])))
                }
            }
            #expect(worst < 1e-4)
            #expect(c.suffix(8) == before.suffix(8))
        }
    }
}
