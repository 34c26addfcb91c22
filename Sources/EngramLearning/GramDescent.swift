// SPDX-License-Identifier: Apache-2.0
import CKernels
import EngramTensors

/// Steps of plain SGD on one batch of all rows, with the first layer written as its start and a combination of the rows.
///
/// A first layer's gradient is GᵀX: its weights stay W + SᵀX, and what it gives for the rows is XWᵀ + (XXᵀ)S. With fewer rows n than inputs d, a step by
/// the n × n products costs n/2d of one by X: ten steps on 180 images of 784 numbers take a quarter of the multiplications.
/// The same sums in another order, so the last digits differ from `GradientPass`; which of the two is taken follows from recipe and sizes alone.
struct GramDescent {
    private let network: Network
    /// The layers above the first, whose inputs are what the first gives; their parameters are the tail of the network's.
    private let upper: Network

    /// Nil where it does not apply, or does not pay.
    init?(_ network: Network, _ sgd: SGD, _ terms: Terms, rows: Int) {
        let spec = network.spec
        guard let width = spec.hidden.first, spec.normalisation == .none, rows <= sgd.batch, sgd.momentum == 0,
            sgd.weightDecay == 0,
            terms.pull == nil, terms.correction == nil, terms.latent == nil, terms.frozen.isEmpty
        else { return nil }
        let (n, d, h, steps) = (Double(rows), Double(spec.inputs), Double(width), Double(sgd.epochs))
        guard 1.5 * (n * n * (d + steps * h) + 2 * n * d * h) < steps * 2 * n * d * h else { return nil }
        self.network = network
        upper = Network(
            ModelSpec(inputs: width, hidden: Array(spec.hidden.dropFirst()), outputs: spec.outputs, task: spec.task))
    }

    /// Returns the loss summed over rows and steps.
    func train(_ values: inout [Float], on data: Dataset, rows: [Int], steps: Int, rate: Double) -> Double {
        let (n, d, h) = (rows.count, network.spec.inputs, upper.spec.inputs)
        let x = data.floats(rows: rows)
        var weight = Array(values[network.weights[0]..<network.biases[0]])
        var bias = Array(values[network.biases[0]..<network.biases[0] + h])
        var top = Array(values[network.weights[1]...])
        var gram = [Float](repeating: 0, count: n * n)
        var start = [Float](repeating: 0, count: n * h)
        unsafe ek_sgemm(0, 1, n, n, d, 1, x, d, x, d, 0, &gram, n)
        unsafe ek_sgemm(0, 1, n, h, d, 1, x, d, weight, d, 0, &start, h)
        var moved = [Float](repeating: 0, count: n * h)
        var slope = [Float](repeating: 0, count: h)
        let pass = GradientPass(upper, batch: n)
        var descent = Descent(upper, SGD(), Terms())
        var loss = 0.0
        for _ in 0..<steps {
            var hidden = start
            unsafe ek_sgemm(0, 0, n, h, n, 1, gram, n, moved, h, 1, &hidden, h)
            unsafe ek_bias(n, h, bias, 1, &hidden)
            var (sum, gradient) = pass.lossSum(top, inputs: hidden, data, rows: rows[...])
            loss += sum
            unsafe ek_relu_mask(n * h, hidden, &gradient)
            unsafe ek_column_sums(n, h, gradient, &slope)
            unsafe ek_axpy(h, Float(-rate), slope, &bias)
            unsafe ek_axpy(n * h, Float(-rate), gradient, &moved)
            descent.step(&top, along: pass, rate: rate)
        }
        unsafe ek_sgemm(1, 0, h, d, n, 1, moved, h, x, d, 1, &weight, d)
        values.replaceSubrange(network.weights[0]..<network.biases[0], with: weight)
        values.replaceSubrange(network.biases[0]..<network.biases[0] + h, with: bias)
        values.replaceSubrange(network.weights[1]..., with: top)
        return loss
    }
}
