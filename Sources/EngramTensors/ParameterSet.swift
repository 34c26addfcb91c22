// SPDX-License-Identifier: Apache-2.0
import EngramBytes

/// The values of a model's tensors: one flat array, tensors back to back in the order of the layout.
package struct ParameterSet: Equatable, Sendable {
    package let layout: ParameterLayout
    /// As many values as `layout.count`; replacing single values is fine, changing their number is a bug.
    package var values: [Float]

    /// Throws `wrongCount` when the number of values is not the layout's.
    package init(layout: ParameterLayout, values: [Float]) throws(TensorError) {
        if values.count != layout.count { throw .wrongCount(expected: layout.count, found: values.count) }
        self.layout = layout
        self.values = values
    }

    package init(zeros layout: ParameterLayout) {
        self.layout = layout
        values = [Float](repeating: 0, count: layout.count)
    }

    /// The values of one tensor, or nil when there is no such tensor.
    package subscript(name: String) -> ArraySlice<Float>? {
        layout.range(of: name).map { values[$0] }
    }

    /// The tensors of a part of the layout; throws `missing` or `wrongShape` when `sub` is not a part of it.
    package func selecting(_ sub: ParameterLayout) throws(TensorError) -> ParameterSet {
        if sub == layout { return self }
        var part = ParameterSet(zeros: sub)
        var start = 0
        for tensor in sub.tensors {
            let range = try matching(tensor)
            part.values.replaceSubrange(start..<start + tensor.count, with: values[range])
            start += tensor.count
        }
        return part
    }

    /// Takes over the values of every tensor of `part`; throws, and changes nothing, when one of them is not ours.
    package mutating func replace(with part: ParameterSet) throws(TensorError) {
        if part.layout == layout {
            values = part.values
            return
        }
        var ranges: [Range<Int>] = []
        for tensor in part.layout.tensors { ranges.append(try matching(tensor)) }
        var start = 0
        for range in ranges {
            values.replaceSubrange(range, with: part.values[start..<start + range.count])
            start += range.count
        }
    }

    /// The tensors as a safetensors file holds them, F32.
    package var tensors: [Safetensors.Tensor] {
        var start = 0
        return layout.tensors.map { tensor in
            defer { start += tensor.count }
            return Safetensors.Tensor(name: tensor.name, shape: tensor.shape, floats: values[start..<start + tensor.count])
        }
    }

    /// The set as a safetensors file of F32 tensors.
    package func safetensors(metadata: [String: String]) -> [UInt8] { Safetensors.serialise(tensors, metadata: metadata) }

    /// Reads a safetensors file that holds exactly the tensors of `layout`, all F32.
    package init(safetensors bytes: [UInt8], layout: ParameterLayout) throws(TensorError) {
        let file = try Safetensors(parsing: bytes)
        var values: [Float] = []
        values.reserveCapacity(min(layout.count, bytes.count / 4))
        for tensor in layout.tensors {
            let stored = try file.tensor(tensor.name)
            if stored.type != .f32 { throw .wrongType(name: tensor.name, expected: "F32", found: stored.type.rawValue) }
            if stored.shape != tensor.shape {
                throw .wrongShape(name: tensor.name, expected: tensor.shape, found: stored.shape)
            }
            values += stored.floats()
        }
        for name in file.names where layout.range(of: name) == nil { throw .unexpected(name) }
        try self.init(layout: layout, values: values)
    }

    private func matching(_ tensor: TensorSpec) throws(TensorError) -> Range<Int> {
        guard let index = layout.tensors.firstIndex(where: { $0.name == tensor.name }),
            let range = layout.range(of: tensor.name)
        else { throw .missing(tensor.name) }
        if layout.tensors[index].shape != tensor.shape {
            throw .wrongShape(name: tensor.name, expected: layout.tensors[index].shape, found: tensor.shape)
        }
        return range
    }
}
