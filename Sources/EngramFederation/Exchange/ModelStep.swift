// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
package import EngramWire

/// What leads from one version of a slot's content to the next: a parcel, sent in the place of the whole to agents that hold the first.
///
/// Its tensor `step` is added to the values of all tensors but those that it names, flat, in the order of the content; those that it names
/// (the statistics, which travel exactly) it holds whole. Coordinator and agents apply the same parcel by the same additions of singles,
/// so they end with the same bytes.
package struct ModelStep: Sendable {
    /// Also where it stands in a parcel; no tensor of a model is called so.
    static let name = "step"

    private let parcel: Parcel

    /// A step of coded values, and of statistics as they are.
    init(_ step: PackedTensor, statistics: [PackedTensor]) { parcel = Parcel(tensors: [step] + statistics) }

    package init(decoding bytes: [UInt8], limits: WireLimits) throws(WireError) {
        parcel = try Parcel(decoding: bytes, limits: limits)
    }

    package func encoded() -> [UInt8] { parcel.encoded() }

    /// The content that follows from `content`.
    ///
    /// Throws `WireError` or `TensorError` for a step of another layout, and for a body that is not what it says.
    package func applied(to content: ParameterSet) throws -> ParameterSet {
        guard let step = parcel.tensor(Self.name) else { throw WireError.malformed("the step of a model lacks '\(Self.name)'") }
        let named = parcel.tensors.filter { $0.name != Self.name }
        let names = Set(named.map(\.name))
        var moved = try content.selecting(content.layout.selecting { !names.contains($0) })
        Kernels.axpy(1, try step.unpacked(expecting: moved.layout.count), into: &moved.values)
        var next = content
        try next.replace(with: moved)
        for tensor in named {
            guard let range = next.layout.range(of: tensor.name) else { throw TensorError.unexpected(tensor.name) }
            next.values.replaceSubrange(range, with: try tensor.unpacked(expecting: range.count))
        }
        return next
    }

    /// The same for a slot's blob, whose layout it carries itself.
    package func applied(to blob: [UInt8]) throws -> [UInt8] {
        let tensors = try Safetensors(parsing: blob).tensors.map { TensorSpec(name: $0.name, shape: $0.shape) }
        let content = try ParameterSet(safetensors: blob, layout: ParameterLayout(tensors: tensors))
        return try applied(to: content).safetensors(metadata: [:])
    }
}
