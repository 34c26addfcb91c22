// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// A hypernetwork (Ha et al. 2017): a network with ReLUs whose outputs are another model's parameters, one model for each
/// embedding v.
///
/// Many outputs are made in chunks, by the same network from (v, e_c), with a learnt code e_c for the c-th chunk (von Oswald et
/// al. 2020). Parameters are flat: the network's, then the codes. The last layer starts at zero, so that at first every embedding
/// gives zeros.
package struct WeightGenerator: Sendable {
    /// Numbers of a chunk's code, if there is more than one chunk.
    private static let codeSize = 16
    /// Embeddings that are worked on at a time.
    private static let pieceSize = 64

    package let embedding: Int
    package let outputs: Int
    private let chunk: Int
    private let chunks: Int
    private let network: Network

    /// At most `chunk` outputs come from one pass. Throws `badModel` for sizes that make no network.
    package init(embedding: Int, hidden: [Int], outputs: Int, chunk: Int) throws(LearningError) {
        if embedding < 1 || outputs < 1 || chunk < 2 {
            throw .badModel("a generator needs an embedding, outputs, and chunks of 2 or more")
        }
        self.embedding = embedding
        self.outputs = outputs
        // A network for classes has two outputs at least; one too many is cut off.
        self.chunk = max(2, min(chunk, outputs))
        chunks = (outputs + self.chunk - 1) / self.chunk
        let inputs = embedding + (chunks > 1 ? Self.codeSize : 0)
        let spec = ModelSpec(inputs: inputs, hidden: hidden, outputs: self.chunk, task: .classes)
        network = Network(try spec.validated())
    }

    private var codeCount: Int { chunks > 1 ? chunks * Self.codeSize : 0 }
    package var parameterCount: Int { network.layout.count + codeCount }

    package func initial(using generator: inout SeededGenerator) -> [Float] {
        var values = network.initial(using: &generator).values
        for i in network.headRange { values[i] = 0 }
        for _ in 0..<codeCount { values.append(Float(generator.normal())) }
        return values
    }

    /// The outputs for each embedding.
    package func generate(_ parameters: [Float], _ embeddings: [[Float]]) throws(LearningError) -> [[Float]] {
        let own = try networkParameters(parameters)
        var made: [[Float]] = []
        for piece in pieces(embeddings) {
            let count = piece.count * chunks
            let data = try Dataset(
                features: .float32(inputs(parameters, piece)), dimension: network.spec.inputs,
                targets: .classes([Int32](repeating: 0, count: count)))
            let flat = network.outputs(own, data, rows: Array(0..<count))
            let width = chunks * chunk
            for i in piece.indices.map({ $0 - piece.startIndex }) { made.append(Array(flat[i * width..<i * width + outputs])) }
        }
        return made
    }

    /// The vector-Jacobian product: from the gradients of the outputs for each embedding to that of the parameters, summed over
    /// embeddings, and those of the embeddings.
    package func pullback(
        _ parameters: [Float], _ embeddings: [[Float]], gradients: [[Float]]
    ) throws(LearningError) -> (parameters: [Float], embeddings: [[Float]]) {
        precondition(gradients.count == embeddings.count, "there is one gradient for each embedding")
        let own = try networkParameters(parameters).values
        var slopes = [Float](repeating: 0, count: own.count)
        var codes = [Float](repeating: 0, count: codeCount)
        var found: [[Float]] = []
        let pass = GradientPass(network, batch: min(Self.pieceSize, max(1, embeddings.count)) * chunks)
        for piece in pieces(embeddings) {
            var flow: [Float] = []
            for gradient in gradients[piece.indices] {
                precondition(gradient.count == outputs, "a gradient has a number for each output")
                flow += gradient + [Float](repeating: 0, count: chunks * chunk - outputs)
            }
            let back = pass.pullback(own, inputs: inputs(parameters, piece), outputGradient: flow, rows: piece.count * chunks)
            pass.add(1, to: &slopes)
            let width = network.spec.inputs
            for i in 0..<piece.count {
                var sum = [Float](repeating: 0, count: embedding)
                for c in 0..<chunks {
                    let row = back[(i * chunks + c) * width..<(i * chunks + c + 1) * width]
                    for (k, slope) in row.prefix(embedding).enumerated() { sum[k] += slope }
                    for (k, slope) in row.dropFirst(embedding).enumerated() { codes[c * Self.codeSize + k] += slope }
                }
                found.append(sum)
            }
        }
        return (slopes + codes, found)
    }

    private func pieces(_ embeddings: [[Float]]) -> [ArraySlice<[Float]>] {
        stride(from: 0, to: embeddings.count, by: Self.pieceSize).map {
            embeddings[$0..<min($0 + Self.pieceSize, embeddings.count)]
        }
    }

    /// [embeddings × chunks, inputs]
    private func inputs(_ parameters: [Float], _ embeddings: ArraySlice<[Float]>) -> [Float] {
        let codes = parameters[network.layout.count...]
        return embeddings.flatMap { own in
            precondition(own.count == embedding, "an embedding of another size")
            return (0..<chunks).flatMap { c in
                own + (chunks > 1 ? codes.dropFirst(c * Self.codeSize).prefix(Self.codeSize) : [])
            }
        }
    }

    private func networkParameters(_ parameters: [Float]) throws(LearningError) -> ParameterSet {
        if parameters.count != parameterCount { throw .badModel("the parameters belong to another generator") }
        do throws(TensorError) {
            return try ParameterSet(layout: network.layout, values: Array(parameters.prefix(network.layout.count)))
        } catch {
            throw .badModel(error.description)
        }
    }
}
