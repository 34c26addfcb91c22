// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// The chance with which a latent retrieves each row of a bank: softmax over cosines divided by a temperature.
struct Retrieval: Sendable {
    let bank: UnitRows
    let temperature: Double

    init(bank: [Float], width: Int, temperature: Double) {
        precondition(temperature > 0, "the temperature must be above 0")
        self.bank = UnitRows(bank, width: width)
        self.temperature = temperature
    }

    /// The cosines divided by the temperature, row-major [queries, bank].
    func logits(_ queries: UnitRows) -> [Float] {
        var logits = Kernels.gemm(
            queries.values, bank.values, rows: queries.count, inner: bank.width, columns: bank.count, transposeB: true)
        Kernels.scale(Float(1 / temperature), &logits)
        return logits
    }

    /// factor · Σ −q log p over the queries, whose targets q are row-major [queries, bank]; adds its gradient from row `first` of
    /// `gradient` on.
    func crossEntropy(
        _ queries: UnitRows, targets: [Float], factor: Double, into gradient: inout [Float], first: Int
    ) -> Double {
        if bank.count == 0 || queries.count == 0 { return 0 }
        var logits = logits(queries)
        let loss = Softmax.crossEntropy(&logits, targets: targets, columns: bank.count)
        var outer = Kernels.gemm(logits, bank.values, rows: queries.count, inner: bank.count, columns: bank.width)
        Kernels.scale(Float(factor / temperature), &outer)
        queries.pullback(outer, into: &gradient, first: first)
        return factor * loss
    }
}
