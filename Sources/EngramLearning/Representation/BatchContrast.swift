// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// Makes each row of a batch retrieve given others among all others of the batch, by cosine: what NT-Xent and supervised
/// contrast share.
struct BatchContrast: Sendable {
    let strength: Double
    let temperature: Double

    init(strength: Double, temperature: Double) {
        precondition(temperature > 0, "the temperature must be above 0")
        self.strength = strength
        self.temperature = temperature
    }

    /// strength · mean over rows i of −Σ_j q_ij log softmax_{j ≠ i}(cos(h_i, h_j) / temperature); adds the gradient.
    ///
    /// `targets` (q) is row-major [rows, rows] with zeros on the diagonal.
    func add(latents: [Float], width: Int, targets: [Float], to gradient: inout [Float]) -> Double {
        let unit = UnitRows(latents, width: width)
        let n = unit.count
        if n < 2 { return 0 }
        var logits = Kernels.gemm(unit.values, unit.values, rows: n, inner: width, columns: n, transposeB: true)
        Kernels.scale(Float(1 / temperature), &logits)
        for i in 0..<n { logits[i * n + i] = -.infinity }
        let loss = Softmax.crossEntropy(&logits, targets: targets, columns: n)
        // A cosine depends on both of its rows: (G + Gᵀ) U.
        var outer = Kernels.gemm(logits, unit.values, rows: n, inner: n, columns: width)
        Kernels.axpy(1, Kernels.gemm(logits, unit.values, rows: n, inner: n, columns: width, transposeA: true), into: &outer)
        let factor = strength / Double(n)
        Kernels.scale(Float(factor / temperature), &outer)
        unit.pullback(outer, into: &gradient, first: 0)
        return factor * loss
    }
}
