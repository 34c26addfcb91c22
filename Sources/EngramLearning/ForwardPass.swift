// SPDX-License-Identifier: Apache-2.0
import CKernels
import EngramTensors

/// The activations of one batch at a time, in memory that is allocated once.
///
/// Level 0 is what the first layer reads, level i what layer i − 1 gives. Confined to its owner; not Sendable.
@safe final class ForwardPass {
    let network: Network
    /// Most rows of a pass.
    let batch: Int
    private let widths: [Int]
    private let training: Bool
    /// All levels, `batch` rows each.
    private let activations: UnsafeMutablePointer<Float>
    private let starts: [Int]
    let inputNorm: InputNorm?
    let batchNorms: [BatchNorm]
    private var labels: [Int32] = []
    private var scores: [Float] = []

    /// In training, batch normalisation uses the batch's own statistics.
    init(_ network: Network, batch: Int, training: Bool) {
        self.network = network
        self.batch = batch
        self.training = training
        let spec = network.spec
        widths = spec.widths
        var total = 0
        starts = spec.widths.map { width in
            defer { total += width * batch }
            return total
        }
        unsafe activations = UnsafeMutablePointer<Float>.allocate(capacity: max(1, total))
        inputNorm = spec.normalisation == .input ? InputNorm(width: spec.inputs, batch: batch) : nil
        batchNorms = zip(network.batchNorms, spec.hidden).map { BatchNorm(width: $1, start: $0, batch: batch) }
        labels.reserveCapacity(batch)
        scores.reserveCapacity(batch)
    }

    deinit { unsafe activations.deallocate() }

    /// The rows of a level, [batch, width].
    @unsafe func level(_ index: Int) -> UnsafeMutablePointer<Float> { unsafe activations + starts[index] }

    /// Appends the first rows of a level.
    func append(level: Int, count: Int, to all: inout [Float]) {
        precondition(count <= batch, "a pass has fewer rows than are asked for")
        unsafe all.append(contentsOf: UnsafeBufferPointer(start: activations + starts[level], count: count * widths[level]))
    }

    // MARK: Inputs

    /// The inputs before their normalisation, if they have one; else level 0.
    @unsafe var inputs: UnsafeMutablePointer<Float> {
        if let inputNorm { unsafe inputNorm.inputs } else { unsafe activations }
    }

    func load(_ data: Dataset, rows: ArraySlice<Int>) {
        precondition(rows.count <= batch, "a batch is larger than the memory of its pass")
        unsafe data.gather(rows, into: inputs)
    }

    /// The same with the rows themselves, [count, inputs].
    func load(_ values: [Float], count: Int) {
        precondition(count <= batch, "a batch is larger than the memory of its pass")
        precondition(values.count == count * widths[0], "the inputs are not as many as the network's")
        unsafe values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { unsafe inputs.update(from: base, count: source.count) }
        }
    }

    // MARK: Layers

    /// Computes the levels 1...layers from the rows that were loaded.
    func forward(_ parameters: [Float], count: Int, layers: Int) {
        unsafe parameters.withUnsafeBufferPointer { values in
            guard let values = values.baseAddress else { return }
            if let inputNorm { unsafe inputNorm.forward(values, count: count, into: activations) }
            for layer in 0..<layers {
                let (from, to) = (widths[layer], widths[layer + 1])
                let output = unsafe level(layer + 1)
                let norm = layer < batchNorms.count ? batchNorms[layer] : nil
                let product = if let norm { unsafe norm.input } else { unsafe output }
                unsafe ek_sgemm(
                    0, 1, count, to, from, 1, level(layer), from, values + network.weights[layer], from, 0, product, to)
                let relu = norm == nil && layer < widths.count - 2
                unsafe ek_bias(count, to, values + network.biases[layer], relu ? 1 : 0, product)
                if let norm { unsafe norm.forward(values, count: count, training: training, into: output) }
            }
        }
    }

    /// Replaces the outputs by their gradient times `scale`; returns the loss summed over rows.
    func loss(_ data: Dataset, rows: ArraySlice<Int>, scale: Float) -> Double {
        let width = widths[widths.count - 1]
        let outputs = unsafe level(widths.count - 1)
        switch (network.spec.task, data.targets) {
        case (.classes, .classes(let ids)):
            copyLabels(ids, rows, below: width)
            return unsafe ek_softmax_loss(rows.count, width, scale, labels, outputs)
        case (.remembered, .classes(let ids)):
            copyLabels(ids, rows, below: 2)
            return unsafe ek_logistic_loss(rows.count, scale, labels, outputs)
        case (.scores, .scores(let targets)):
            scores.removeAll(keepingCapacity: true)
            for row in rows { scores.append(targets[row]) }
            return unsafe ek_squared_loss(rows.count, scale, scores, outputs)
        case (.scores, .classes(let ids)):
            scores.removeAll(keepingCapacity: true)
            for row in rows { scores.append(Float(ids[row])) }
            return unsafe ek_squared_loss(rows.count, scale, scores, outputs)
        case (.classes, .scores), (.remembered, .scores): preconditionFailure("the network was checked against the data")
        }
    }

    private func copyLabels(_ ids: [Int32], _ rows: ArraySlice<Int>, below limit: Int) {
        labels.removeAll(keepingCapacity: true)
        for row in rows {
            let id = ids[row]
            precondition(id >= 0 && id < limit, "a class id is not below the number of outputs")
            labels.append(id)
        }
    }
}
