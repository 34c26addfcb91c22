// SPDX-License-Identifier: Apache-2.0
import CKernels
import EngramTensors

/// The memory of one training or evaluation: activations, their gradients and the parameters' gradient, allocated once.
///
/// Confined to the call that makes it; not Sendable.
@safe final class Workspace {
    private let network: Network
    private let widths: [Int]
    private let batch: Int
    /// The inputs, then every layer's outputs, `batch` rows each.
    private let activations: UnsafeMutablePointer<Float>
    private let starts: [Int]
    /// Two buffers as wide as the widest hidden layer, used in turn on the way back.
    private let backward: UnsafeMutablePointer<Float>
    private let widest: Int
    private let gradient: UnsafeMutablePointer<Float>
    private var labels: [Int32]
    private var scores: [Float]
    private let total: Int

    /// For evaluation alone (`training: false`) only activations are allocated.
    init(_ network: Network, batch: Int, training: Bool = true) {
        self.network = network
        self.batch = batch
        widths = network.spec.widths
        var starts: [Int] = []
        var total = 0
        for width in widths {
            starts.append(total)
            total += width * batch
        }
        self.starts = starts
        self.total = total
        widest = network.spec.hidden.max() ?? 0
        unsafe activations = UnsafeMutablePointer<Float>.allocate(capacity: total)
        unsafe backward = UnsafeMutablePointer<Float>.allocate(capacity: training ? max(1, 2 * widest * batch) : 1)
        unsafe gradient = UnsafeMutablePointer<Float>.allocate(capacity: training ? network.layout.count : 1)
        labels = []
        scores = []
        labels.reserveCapacity(batch)
        scores.reserveCapacity(batch)
    }

    deinit {
        unsafe activations.deallocate()
        unsafe backward.deallocate()
        unsafe gradient.deallocate()
    }

    /// Computes the outputs of all layers for at most `batch` rows.
    func forward(_ parameters: [Float], _ data: Dataset, rows: ArraySlice<Int64>) {
        precondition(rows.count <= batch, "a batch is larger than the workspace")
        unsafe data.gather(rows, into: activations)
        unsafe parameters.withUnsafeBufferPointer { values in
            guard let values = values.baseAddress else { return }
            for layer in 0..<widths.count - 1 {
                let (from, to) = (widths[layer], widths[layer + 1])
                let output = unsafe activations + starts[layer + 1]
                unsafe ek_sgemm(
                    0, 1, rows.count, to, from, 1, activations + starts[layer], from, values + network.weights[layer], from, 0,
                    output, to)
                let last = layer == widths.count - 2
                unsafe ek_bias(rows.count, to, values + network.biases[layer], last ? 0 : 1, output)
            }
        }
    }

    /// Replaces the outputs of the last forward pass by their gradient times `scale`; returns the loss summed over rows.
    func loss(_ data: Dataset, rows: ArraySlice<Int64>, scale: Float) -> Double {
        let outputs = unsafe activations + starts[widths.count - 1]
        switch (network.spec.task, data.targets) {
        case (.classes, .classes(let ids)):
            copyLabels(ids, rows, below: widths[widths.count - 1])
            return unsafe ek_softmax_loss(rows.count, widths[widths.count - 1], scale, labels, outputs)
        case (.remembered, .classes(let ids)):
            copyLabels(ids, rows, below: 2)
            return unsafe ek_logistic_loss(rows.count, scale, labels, outputs)
        case (.scores, .scores(let targets)):
            scores.removeAll(keepingCapacity: true)
            for row in rows { scores.append(targets[Int(row)]) }
            return unsafe ek_squared_loss(rows.count, scale, scores, outputs)
        case (.scores, .classes(let ids)):
            scores.removeAll(keepingCapacity: true)
            for row in rows { scores.append(Float(ids[Int(row)])) }
            return unsafe ek_squared_loss(rows.count, scale, scores, outputs)
        case (.classes, .scores), (.remembered, .scores): preconditionFailure("the network was checked against the data")
        }
    }

    /// Forward, loss and backward; afterwards the gradient of the mean loss is ready. Returns the loss summed over rows.
    func step(_ parameters: [Float], _ data: Dataset, rows: ArraySlice<Int64>) -> Double {
        forward(parameters, data, rows: rows)
        let sum = loss(data, rows: rows, scale: 1 / Float(rows.count))
        unsafe parameters.withUnsafeBufferPointer { values in
            guard let values = values.baseAddress else { return }
            var incoming = unsafe activations + starts[widths.count - 1]
            for layer in (0..<widths.count - 1).reversed() {
                let (from, to) = (widths[layer], widths[layer + 1])
                let input = unsafe activations + starts[layer]
                unsafe ek_sgemm(
                    1, 0, to, from, rows.count, 1, incoming, to, input, from, 0, gradient + network.weights[layer], from)
                unsafe ek_column_sums(rows.count, to, incoming, gradient + network.biases[layer])
                if layer == 0 { break }
                let outgoing = unsafe backward + (layer % 2) * widest * batch
                unsafe ek_sgemm(
                    0, 0, rows.count, from, to, 1, incoming, to, values + network.weights[layer], from, 0, outgoing, from)
                unsafe ek_relu_mask(rows.count * from, input, outgoing)
                unsafe incoming = outgoing
            }
        }
        return sum
    }

    /// One SGD step on some ranges of the parameters, from the gradient of the last `step`.
    func update(
        _ parameters: inout [Float], velocity: inout [Float], anchor: [Float]?, ranges: [Range<Int>], rate: Float, sgd: SGD,
        pull: Float
    ) {
        let hasVelocity = !velocity.isEmpty
        unsafe parameters.withUnsafeMutableBufferPointer { w in
            unsafe velocity.withUnsafeMutableBufferPointer { v in
                unsafe (anchor ?? []).withUnsafeBufferPointer { a in
                    guard let w = w.baseAddress else { return }
                    for range in ranges {
                        let start = range.lowerBound
                        unsafe ek_sgd(
                            range.count, w + start, gradient + start, hasVelocity ? v.baseAddress.map { unsafe $0 + start } : nil,
                            anchor == nil ? nil : a.baseAddress.map { unsafe $0 + start }, rate, Float(sgd.momentum),
                            Float(sgd.weightDecay), pull)
                    }
                }
            }
        }
    }

    func gradientValues() -> [Float] { unsafe [Float](UnsafeBufferPointer(start: gradient, count: network.layout.count)) }

    /// The first values of a layer's outputs; layer 0 is the first layer, not the inputs.
    func copy(layer: Int, count: Int) -> [Float] {
        precondition(starts[layer + 1] + count <= total, "a copy would read past the workspace")
        return unsafe [Float](UnsafeBufferPointer(start: activations + starts[layer + 1], count: count))
    }

    private func copyLabels(_ ids: [Int32], _ rows: ArraySlice<Int64>, below limit: Int) {
        labels.removeAll(keepingCapacity: true)
        for row in rows {
            let id = ids[Int(row)]
            precondition(id >= 0 && id < limit, "a class id is not below the number of outputs")
            labels.append(id)
        }
    }
}
