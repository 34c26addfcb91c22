// SPDX-License-Identifier: Apache-2.0
import CKernels
import EngramTensors

/// One batch's forward and backward pass, as in training, with memory for many of them; confined to its owner, not Sendable.
///
/// Methods with steps of their own use it directly; `Trainer` is `Batches`, this and `Descent`.
@safe package final class GradientPass {
    let network: Network
    private let forward: ForwardPass
    private let widths: [Int]
    /// The gradients of hidden layers' outputs: two buffers as wide as the widest, used in turn on the way back.
    private let flows: UnsafeMutablePointer<Float>
    private let widest: Int
    /// The parameters' gradient; running statistics have none, theirs stays 0.
    private let slopes: UnsafeMutablePointer<Float>
    private var latents: [Float] = []
    private var latentFlow: [Float] = []
    /// The first layer that has something to learn; the normalisation of the inputs counts to layer 0.
    private let lowest: Int

    /// For passes of at most `batch` rows. The gradient of lower layers that are `frozen` as a whole is not computed.
    package init(_ network: Network, batch: Int, frozen: [Range<Int>] = []) {
        self.network = network
        forward = ForwardPass(network, batch: batch, training: true)
        widths = network.spec.widths
        widest = network.spec.hidden.max() ?? 0
        let free = FlatRanges.complement(of: frozen, in: network.layout.count)
        lowest =
            network.weights.indices.first { layer in
                let range = layer == 0 ? 0..<network.range(ofLayer: 0).upperBound : network.range(ofLayer: layer)
                return free.contains { $0.overlaps(range) }
            } ?? network.weights.count
        unsafe flows = UnsafeMutablePointer<Float>.allocate(capacity: max(1, 2 * widest * batch))
        unsafe slopes = UnsafeMutablePointer<Float>.allocate(capacity: max(1, network.layout.count))
        unsafe slopes.initialize(repeating: 0, count: network.layout.count)
    }

    deinit {
        unsafe flows.deallocate()
        unsafe slopes.deallocate()
    }

    /// The gradient of the last run: flat, in the network's layout; zeros before the first.
    package var gradient: [Float] { unsafe [Float](UnsafeBufferPointer(start: slopes, count: network.layout.count)) }

    /// sum += scale · gradient, without a copy of it.
    package func add(_ scale: Float, to sum: inout [Float]) {
        network.check(sum)
        unsafe ek_axpy(sum.count, scale, slopes, &sum)
    }

    @unsafe func withGradient(_ body: (UnsafePointer<Float>) -> Void) { unsafe body(slopes) }

    // MARK: Runs

    /// The mean loss over rows, and the term's when there is one, whose gradient is ready afterwards. No rows: 0, and no gradient.
    package func run(_ parameters: [Float], _ data: Dataset, rows: ArraySlice<Int>, term: (any LatentTerm)? = nil) -> Double {
        network.check(parameters, data)
        if rows.isEmpty {
            clear(0..<network.layout.count)
            return 0
        }
        return lossSum(parameters, data, rows: rows, term: term) / Double(rows.count)
    }

    package func run(_ parameters: [Float], _ data: Dataset, rows: [Int], term: (any LatentTerm)? = nil) -> Double {
        run(parameters, data, rows: rows[...], term: term)
    }

    /// The same with the loss summed over at least one row, for a network that was checked against the data.
    func lossSum(_ parameters: [Float], _ data: Dataset, rows: ArraySlice<Int>, term: (any LatentTerm)?) -> Double {
        forward.load(data, rows: rows)
        forward.forward(parameters, count: rows.count, layers: widths.count - 1)
        let extra = term.map { ask($0, rows: rows) * Double(rows.count) }
        let loss = forward.loss(data, rows: rows, scale: 1 / Float(rows.count))
        unsafe back(parameters, count: rows.count, head: true, term: term != nil, inputs: nil)
        return extra.map { loss + $0 } ?? loss
    }

    /// The loss summed over rows whose inputs are given, row-major [rows.count, inputs], and the gradient of its mean with respect to
    /// them; the parameters' is ready afterwards.
    func lossSum(
        _ parameters: [Float], inputs: [Float], _ data: Dataset, rows: ArraySlice<Int>
    ) -> (loss: Double, inputs: [Float]) {
        network.check(parameters)
        forward.load(inputs, count: rows.count)
        forward.forward(parameters, count: rows.count, layers: widths.count - 1)
        let loss = forward.loss(data, rows: rows, scale: 1 / Float(rows.count))
        let gradient = unsafe [Float](unsafeUninitializedCapacity: inputs.count) { buffer, made in
            unsafe back(parameters, count: rows.count, head: true, term: false, inputs: buffer.baseAddress)
            made = inputs.count
        }
        return (loss, gradient)
    }

    /// The mean of a term alone, on inputs that are given, row-major [rows.count, inputs]; the head has no gradient. `rows` are
    /// handed on to the term.
    package func run(_ parameters: [Float], inputs: [Float], rows: [Int], term: any LatentTerm) -> Double {
        network.check(parameters)
        if rows.isEmpty {
            clear(0..<network.layout.count)
            return 0
        }
        forward.load(inputs, count: rows.count)
        forward.forward(parameters, count: rows.count, layers: widths.count - 2)
        let mean = ask(term, rows: rows[...])
        unsafe back(parameters, count: rows.count, head: false, term: true, inputs: nil)
        return mean
    }

    /// The vector-Jacobian product: for inputs [rows, inputs] and the gradient of a loss with respect to the outputs [rows, outputs],
    /// the parameters' gradient is ready afterwards and the inputs' is returned.
    package func pullback(_ parameters: [Float], inputs: [Float], outputGradient: [Float], rows: Int) -> [Float] {
        network.check(parameters)
        precondition(outputGradient.count == rows * network.spec.outputs, "there is one gradient for each output")
        if rows == 0 {
            clear(0..<network.layout.count)
            return []
        }
        forward.load(inputs, count: rows)
        forward.forward(parameters, count: rows, layers: widths.count - 2)
        putInPlaceOfOutputs(outputGradient)
        return unsafe [Float](unsafeUninitializedCapacity: rows * widths[0]) { buffer, made in
            unsafe back(parameters, count: rows, head: true, term: false, inputs: buffer.baseAddress)
            made = rows * widths[0]
        }
    }

    /// The gradient of a loss on the outputs [rows.count, outputs] of several rows together, which gets them as they are in training
    /// and returns its gradient with respect to them.
    package func pullback(
        _ parameters: [Float], _ data: Dataset, rows: ArraySlice<Int>, outputGradient: ([Float]) -> [Float]
    ) {
        network.check(parameters, data)
        let top = widths.count - 1
        forward.load(data, rows: rows)
        forward.forward(parameters, count: rows.count, layers: top)
        var outputs: [Float] = []
        forward.append(level: top, count: rows.count, to: &outputs)
        let slopes = outputGradient(outputs)
        precondition(slopes.count == outputs.count, "there is one gradient for each output")
        putInPlaceOfOutputs(slopes)
        unsafe back(parameters, count: rows.count, head: true, term: false, inputs: nil)
    }

    /// Moves the running statistics of batch normalisation, of all hidden layers or of some, towards those of the last run.
    package func refreshStatistics(_ parameters: inout [Float], layers: [Int]? = nil) {
        network.check(parameters)
        for layer in layers ?? Array(forward.batchNorms.indices) { forward.batchNorms[layer].refresh(&parameters) }
    }

    // MARK: Parts

    private func clear(_ range: Range<Int>) { unsafe (slopes + range.lowerBound).update(repeating: 0, count: range.count) }

    private func putInPlaceOfOutputs(_ gradient: [Float]) {
        unsafe gradient.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { unsafe forward.level(widths.count - 1).update(from: base, count: source.count) }
        }
    }

    /// The mean of a term on the latents of the last forward pass; its gradient stays in `latentFlow`.
    private func ask(_ term: any LatentTerm, rows: ArraySlice<Int>) -> Double {
        let width = widths[widths.count - 2]
        latents.removeAll(keepingCapacity: true)
        forward.append(level: widths.count - 2, count: rows.count, to: &latents)
        latentFlow.removeAll(keepingCapacity: true)
        latentFlow.append(contentsOf: repeatElement(0, count: latents.count))
        let mean = term.add(latents: latents, width: width, rows: Array(rows), to: &latentFlow)
        precondition(latentFlow.count == latents.count, "a term has changed the size of the gradient")
        return mean
    }

    /// From the gradient of the outputs, which stands in their place (`head`), and that of the latents (`term`) to the parameters'
    /// and, where there is room for it, the inputs'.
    @unsafe private func back(_ parameters: [Float], count: Int, head: Bool, term: Bool, inputs: UnsafeMutablePointer<Float>?) {
        let top = widths.count - 2
        let bottom = unsafe inputs == nil ? lowest : 0
        // Of a linear model a term alone leaves nothing but what it has for the normalisation.
        if !head { clear(top == 0 ? 0..<network.layout.count : network.headRange) }
        unsafe parameters.withUnsafeBufferPointer { values in
            guard let values = values.baseAddress else { return }
            var flow = unsafe forward.level(top + 1)
            for layer in stride(from: top, through: bottom, by: -1) {
                let (from, to) = (widths[layer], widths[layer + 1])
                if layer < top { unsafe backThroughReLU(values, layer, count: count, flow: flow) }
                let computes = head || layer < top
                if computes { unsafe backIntoLayer(values, layer, count: count, flow: flow) }
                if layer == bottom, unsafe inputs == nil { break }
                guard let below = layer > 0 ? unsafe flows + (layer % 2) * widest * forward.batch : unsafe inputs else { break }
                if computes {
                    unsafe ek_sgemm(0, 0, count, from, to, 1, flow, to, values + network.weights[layer], from, 0, below, from)
                    if layer == top, term { unsafe ek_axpy(latentFlow.count, 1, latentFlow, below) }
                } else {
                    unsafe latentFlow.withUnsafeBufferPointer {
                        if let base = $0.baseAddress { unsafe below.update(from: base, count: $0.count) }
                    }
                }
                unsafe flow = below
            }
            guard let norm = forward.inputNorm else { return }
            if term, top == 0, bottom == 0 { unsafe norm.add(latentFlow, count: count, to: slopes) }
            if let inputs = unsafe inputs { unsafe norm.passOn(inputs, values, count: count) }
        }
    }

    /// From the gradient of a layer's product to that of its weight and bias.
    @unsafe private func backIntoLayer(
        _ values: UnsafePointer<Float>, _ layer: Int, count: Int, flow: UnsafeMutablePointer<Float>
    ) {
        let (from, to) = (widths[layer], widths[layer + 1])
        let (weight, bias) = (network.weights[layer], network.biases[layer])
        let input = layer == 0 ? unsafe forward.inputs : unsafe forward.level(layer)
        unsafe ek_sgemm(1, 0, to, from, count, 1, flow, to, input, from, 0, slopes + weight, from)
        unsafe ek_column_sums(count, to, flow, slopes + bias)
        if layer == 0, let norm = forward.inputNorm {
            unsafe norm.backward(values, weight: weight, bias: bias, outputs: to, gradient: slopes)
        }
    }

    /// From the gradient behind a hidden layer's ReLU to that of its product.
    @unsafe private func backThroughReLU(
        _ values: UnsafePointer<Float>, _ layer: Int, count: Int, flow: UnsafeMutablePointer<Float>
    ) {
        unsafe ek_relu_mask(count * widths[layer + 1], forward.level(layer + 1), flow)
        if layer < forward.batchNorms.count {
            unsafe forward.batchNorms[layer].backward(values, count: count, flow: flow, gradient: slopes)
        }
    }
}
