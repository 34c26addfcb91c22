// SPDX-License-Identifier: Apache-2.0
import CKernels

/// Batch normalisation of one hidden layer, between its product and its ReLU (Ioffe & Szegedy 2015, algorithms 1 and 2), and
/// the memory of one pass.
///
/// The layer's weight, bias, running mean and running variance lie behind each other, `width` values each, from `start` on
/// in the network's flat values. Confined to the pass that owns it.
@safe final class BatchNorm {
    private let width: Int
    private let start: Int
    /// The layer's product goes in, the normalised rows stay for the way back, [batch, width].
    private let rows: UnsafeMutablePointer<Float>
    /// 1 / √(variance + ε), as used.
    private var inverse: [Float]
    /// The mean and the population variance of the last batch.
    private var mean: [Float]
    private var variance: [Float]
    /// The rows behind them; 0 when the running statistics were used.
    private var observed = 0

    init(width: Int, start: Int, batch: Int) {
        self.width = width
        self.start = start
        unsafe rows = UnsafeMutablePointer<Float>.allocate(capacity: width * batch)
        inverse = [Float](repeating: 0, count: width)
        mean = inverse
        variance = inverse
    }

    deinit { unsafe rows.deallocate() }

    /// Where the layer's product and bias are put.
    @unsafe var input: UnsafeMutablePointer<Float> { unsafe rows }

    /// Normalises, scales, shifts and applies the ReLU.
    @unsafe func forward(
        _ values: UnsafePointer<Float>, count: Int, training: Bool, into output: UnsafeMutablePointer<Float>
    ) {
        let own = unsafe values + start
        observed = training && count > 1 ? count : 0
        if observed > 0 {
            unsafe ek_column_moments(count, width, rows, &mean, &variance)
            unsafe ek_standardise(count, width, mean, variance, Normalisation.epsilon, &inverse, rows)
        } else {
            unsafe ek_standardise(count, width, own + 2 * width, own + 3 * width, Normalisation.epsilon, &inverse, rows)
        }
        unsafe ek_affine(count, width, rows, own, own + width, 1, output)
    }

    /// Weight and bias gradients into the network's `gradient`; `flow`, the gradient behind the ReLU, becomes that of the product.
    @unsafe func backward(
        _ values: UnsafePointer<Float>, count: Int, flow: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>
    ) {
        let (weight, bias) = unsafe (gradient + start, gradient + start + width)
        unsafe ek_column_dots(count, width, flow, rows, weight)
        unsafe ek_column_sums(count, width, flow, bias)
        let share = observed > 0 ? 1 / Float(observed) : 0
        unsafe ek_standardise_back(count, width, values + start, inverse, rows, weight, bias, share, flow)
    }

    /// Moves the running statistics towards the last batch's; its variance is made unbiased, as the paper's inference has it.
    func refresh(_ values: inout [Float]) {
        if observed == 0 { return }
        let share = Normalisation.momentum
        let unbiased = Float(observed) / Float(observed - 1)
        for i in 0..<width {
            let (m, v) = (start + 2 * width + i, start + 3 * width + i)
            values[m] += share * (mean[i] - values[m])
            values[v] += share * (variance[i] * unbiased - values[v])
        }
    }
}
