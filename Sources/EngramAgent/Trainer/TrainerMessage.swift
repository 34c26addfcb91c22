// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// One message between the agent and a trainer: a safetensors file, with its length in front.
///
/// Eight bytes say how long the file is (unsigned, little-endian). Its metadata, all of whose keys begin with `engram.`, say what it is
/// (`engram.verb` in requests); its tensors are what it carries. docs/own-trainers.md is the specification.
struct TrainerMessage: Sendable {
    static let version = "1"
    static let hello = "hello"
    static let initial = "initial"
    static let outputs = "outputs"
    static let train = "train"
    static let bye = "bye"

    /// In front of the names of a model's tensors, and of those of the model that it is pulled towards.
    static let model = "model/"
    static let anchor = "anchor/"
    private static let prefix = "engram."
    static let lengthBytes = 8

    /// Metadata, without the prefix of their keys.
    let fields: [String: String]
    let tensors: [Safetensors.Tensor]

    init(_ verb: String, _ fields: [String: String] = [:], tensors: [Safetensors.Tensor] = []) {
        self.fields = fields.merging(["verb": verb]) { _, verb in verb }
        self.tensors = tensors
    }

    init(file: [UInt8]) throws(TensorError) {
        let parsed = try Safetensors(parsing: file)
        var fields: [String: String] = [:]
        for (key, value) in parsed.metadata where key.hasPrefix(Self.prefix) {
            fields[String(key.dropFirst(Self.prefix.count))] = value
        }
        self.fields = fields
        tensors = parsed.tensors
    }

    subscript(field: String) -> String? { fields[field] }

    func encoded() -> [UInt8] {
        var metadata: [String: String] = [:]
        for (key, value) in fields { metadata[Self.prefix + key] = value }
        let file = Safetensors.serialise(tensors, metadata: metadata)
        return Self.length(file.count) + file
    }

    static func length(_ count: Int) -> [UInt8] { (0..<lengthBytes).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } }

    /// A model's tensors under a prefix.
    static func tensors(_ prefix: String, _ parameters: ParameterSet) -> [Safetensors.Tensor] {
        parameters.tensors.map { .init(name: prefix + $0.name, type: $0.type, shape: $0.shape, bytes: $0.bytes) }
    }

    static func rows(_ rows: [Int]) -> Safetensors.Tensor {
        .init(name: "rows", shape: [rows.count], integers: rows.map { Int64($0) })
    }

    /// The model of an answer; throws, with the reason, for other tensors, types or shapes than the layout's.
    func parameters(_ layout: ParameterLayout) throws(TensorError) -> ParameterSet {
        var values: [Float] = []
        values.reserveCapacity(layout.count)
        for spec in layout.tensors {
            values += try floats(Self.model + spec.name) { shape throws(TensorError) in
                if shape != spec.shape { throw .wrongShape(name: spec.name, expected: spec.shape, found: shape) }
            }
        }
        let wanted = Set(layout.tensors.map { Self.model + $0.name })
        for tensor in tensors where !wanted.contains(tensor.name) { throw .unexpected(tensor.name) }
        return try ParameterSet(layout: layout, values: values)
    }

    /// The tensor `outputs` of an answer, row-major; of one output, [rows] will do.
    func outputs(rows: Int, width: Int) throws(TensorError) -> [Float] {
        try floats(Self.outputs) { shape throws(TensorError) in
            if shape != [rows, width], !(width == 1 && shape == [rows]) {
                throw .wrongShape(name: Self.outputs, expected: [rows, width], found: shape)
            }
        }
    }

    private func floats(_ name: String, _ check: ([Int]) throws(TensorError) -> Void) throws(TensorError) -> [Float] {
        guard let tensor = tensors.first(where: { $0.name == name }) else { throw .missing(name) }
        if tensor.type != .f32 { throw .wrongType(name: name, expected: "F32", found: tensor.type.rawValue) }
        try check(tensor.shape)
        return tensor.floats()
    }
}
