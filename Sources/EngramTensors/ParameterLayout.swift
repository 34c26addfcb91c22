// SPDX-License-Identifier: Apache-2.0

/// The tensors of a model, in order, and where each lies in the flat array of values.
package struct ParameterLayout: Hashable, Codable, Sendable {
    package let tensors: [TensorSpec]
    /// The number of values of all tensors together.
    package let count: Int
    private let ranges: [Range<Int>]

    /// Lays tensors out back to back; throws `badLayout` for a repeated or empty name or an unusable shape.
    package init(tensors: [TensorSpec]) throws(TensorError) {
        var names: Set<String> = []
        var ranges: [Range<Int>] = []
        var start = 0
        for tensor in tensors {
            if tensor.name.isEmpty { throw .badLayout("a tensor has no name") }
            if !names.insert(tensor.name).inserted { throw .badLayout("two tensors are named “\(tensor.name)”") }
            let (end, overflow) = start.addingReportingOverflow(tensor.count)
            if tensor.count < 0 || overflow { throw .badLayout("“\(tensor.name)” has the shape \(tensor.shape)") }
            ranges.append(start..<end)
            start = end
        }
        self.tensors = tensors
        self.ranges = ranges
        count = start
    }

    /// The layout without tensors.
    package init() {
        tensors = []
        ranges = []
        count = 0
    }

    /// Where a tensor's values lie, or nil when there is no such tensor.
    package func range(of name: String) -> Range<Int>? {
        tensors.firstIndex { $0.name == name }.map { ranges[$0] }
    }

    /// The layout of the tensors whose names are kept, in the same order.
    package func selecting(_ keep: (String) -> Bool) -> ParameterLayout {
        // A part of a valid layout is valid.
        (try? ParameterLayout(tensors: tensors.filter { keep($0.name) })) ?? ParameterLayout()
    }

    package static func == (a: ParameterLayout, b: ParameterLayout) -> Bool { a.tensors == b.tensors }
    package func hash(into hasher: inout Hasher) { hasher.combine(tensors) }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do throws(TensorError) {
            try self.init(tensors: try Self.decodeTensors(container))
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(tensors)
    }

    private static func decodeTensors(_ container: any SingleValueDecodingContainer) throws(TensorError) -> [TensorSpec] {
        do { return try container.decode([TensorSpec].self) } catch { throw .badLayout("\(error)") }
    }
}
