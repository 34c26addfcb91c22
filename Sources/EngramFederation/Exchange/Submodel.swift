// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// The leading units of each hidden layer of a model, as a model of its own (Diao et al. 2021, HeteroFL).
///
/// A layer that lost inputs has its weights multiplied by full inputs / inputs left, and its update divided by it again: the paper's
/// scaler, which keeps the size of what units receive. The paper scales activations in training and leaves it to batch
/// normalisation to undo that in evaluation; these networks have none, so here the scale is a part of the small model.
package struct Submodel: Sendable {
    /// Layouts of the whole model and of this part.
    package let full: ParameterLayout
    package let part: ParameterLayout
    private let blocks: [Block]

    /// One tensor, as rows and columns; a bias is one row.
    private struct Block {
        let rows: Int
        let columns: Int
        let fullColumns: Int
        /// Where it starts in the whole model's flat values; in the part's they lie back to back.
        let start: Int
        /// By what the part's weights are larger.
        let scale: Float
    }

    /// nil unless `part` has the tensors of `full`, none larger.
    init?(of full: ParameterLayout, part: ParameterLayout) {
        guard full.tensors.count == part.tensors.count else { return nil }
        var blocks: [Block] = []
        var start = 0
        for (whole, own) in zip(full.tensors, part.tensors) {
            guard whole.name == own.name, whole.shape.count == own.shape.count, (1...2).contains(own.shape.count),
                zip(own.shape, whole.shape).allSatisfy({ $0 <= $1 }), let columns = own.shape.last, let all = whole.shape.last
            else { return nil }
            let isMatrix = own.shape.count == 2
            blocks.append(
                Block(
                    rows: isMatrix ? own.shape[0] : 1, columns: columns, fullColumns: all, start: start,
                    scale: isMatrix && columns > 0 ? Float(all) / Float(columns) : 1))
            start += whole.count
        }
        self.full = full
        self.part = part
        self.blocks = blocks
    }

    /// The part's values, of the whole model's.
    func cut(_ values: [Float]) -> [Float] {
        var out: [Float] = []
        out.reserveCapacity(part.count)
        visit { from, count, scale in for i in from..<from + count { out.append(values[i] * scale) } }
        return out
    }

    /// The part of a whole model.
    package func cut(_ whole: ParameterSet) -> ParameterSet {
        var out = ParameterSet(zeros: part)
        out.values = cut(whole.values)
        return out
    }

    /// The same for a slot's blob.
    package func cut(_ blob: [UInt8]) throws(TensorError) -> [UInt8] {
        cut(try ParameterSet(safetensors: blob, layout: full)).safetensors(metadata: [:])
    }

    /// An update of the part as one of the whole model: zero where the part has nothing.
    func embedded(_ update: [Float]) -> [Float] {
        var out = [Float](repeating: 0, count: full.count)
        var next = 0
        visit { from, count, scale in
            for i in from..<from + count {
                out[i] = update[next] / scale
                next += 1
            }
        }
        return out
    }

    /// Adds an owner's weight to every element that it owns.
    func cover(_ weight: Double, into sum: inout [Double]) {
        visit { from, count, _ in for i in from..<from + count { sum[i] += weight } }
    }

    /// The part's elements in order, as runs of the whole model's.
    private func visit(_ body: (_ from: Int, _ count: Int, _ scale: Float) -> Void) {
        for block in blocks {
            for row in 0..<block.rows { body(block.start + row * block.fullColumns, block.columns, block.scale) }
        }
    }
}

extension Recipe {
    /// The model that an agent with such a shard trains: the whole one, or what its budget allows of it.
    package func ownSpec(for profile: AgentProfile) -> ModelSpec {
        var spec = modelSpec(for: profile)
        let width = sharing.width(for: profile)
        if width < 1 { spec.hidden = spec.hidden.map { max(1, min($0, Int((width * Double($0)).rounded(.up)))) } }
        return spec
    }

    /// The part of the model that an agent with such a shard holds; nil: all of it.
    package func submodel(for profile: AgentProfile, of exchange: Exchange) -> Submodel? {
        guard sharing.width(for: profile) < 1 else { return nil }
        let spec = ownSpec(for: profile)
        guard spec != exchange.network.spec, spec.problem == nil else { return nil }
        return Submodel(of: exchange.shared, part: sharing.shared(of: Network(spec)))
    }
}
