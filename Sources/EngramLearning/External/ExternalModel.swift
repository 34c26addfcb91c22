// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramTensors

/// A model whose layers nobody here knows: named tensors, which of them are the head, and the first values of all.
///
/// It begins as a safetensors file of F32 tensors, whose metadata `engram.head` may name the head. The text of a recipe has all but the values;
/// those are told by the file's digest, and are there after `attach`.
package struct ExternalModel: Equatable, Sendable {
    /// Bytes of the largest file that a run can start from.
    package static let fileLimit = 256 << 20
    /// A recipe names all tensors.
    package static let tensorLimit = 1024
    package static let nameLimit = 96
    /// The metadata key under which a model file names its head.
    package static let headKey = "engram.head"

    package let layout: ParameterLayout
    /// Names of tensors, in the layout's order.
    package let head: [String]
    /// Of the file.
    package let digest: Digest
    /// The file and its values; nil where only the recipe's text is known.
    private var content: Content?

    private struct Content: Equatable, Sendable {
        let file: [UInt8]
        let parameters: ParameterSet
    }

    /// What a recipe's text says.
    package init(layout: ParameterLayout, head: [String], digest: Digest) throws(LearningError) {
        self.layout = layout
        self.head = layout.tensors.map(\.name).filter(Set(head).contains)
        self.digest = digest
        if layout.tensors.isEmpty || layout.count == 0 { throw .badModel("it has no tensors") }
        if layout.tensors.count > Self.tensorLimit {
            throw .badModel("it has \(layout.tensors.count) tensors, at most \(Self.tensorLimit) are possible")
        }
        if layout.count > ModelSpec.parameterLimit {
            throw .badModel("it has \(layout.count) parameters, at most \(ModelSpec.parameterLimit) are possible")
        }
        for name in layout.tensors.map(\.name) {
            let isPlain = name.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "[") }
            guard isPlain, name.utf8.count <= Self.nameLimit, !name.hasPrefix("statistic/"), name != "__metadata__" else {
                throw .badModel(
                    "a tensor is named “\(name)”: use at most \(Self.nameLimit) printable ASCII characters without spaces and “[”, "
                        + "not beginning with “statistic/”")
            }
        }
        if let unknown = head.first(where: { layout.range(of: $0) == nil }) {
            throw .badModel("its head has the tensor “\(unknown)”, which the model does not have")
        }
    }

    /// Reads a model file. Its head is what its metadata say: names or patterns such as `fc.*`, separated by commas.
    package init(file bytes: [UInt8]) throws {
        guard bytes.count <= Self.fileLimit else {
            throw LearningError.badModel("the file has \(bytes.count) bytes, a run can start from at most \(Self.fileLimit)")
        }
        let file = try Safetensors(parsing: bytes)
        let layout = try ParameterLayout(tensors: file.tensors.map { TensorSpec(name: $0.name, shape: $0.shape) })
        let head = try Self.names(file.metadata[Self.headKey] ?? "", in: layout)
        try self.init(layout: layout, head: head, digest: Digest(of: bytes))
        try attach(bytes)
    }

    /// Takes the values from the file of this digest; throws for any other, and for values that are not finite.
    package mutating func attach(_ bytes: [UInt8]) throws {
        guard Digest(of: bytes) == digest else {
            throw LearningError.badModel("the model file is not the one that the recipe names (\(digest))")
        }
        let parameters = try ParameterSet(safetensors: bytes, layout: layout)
        guard Kernels.isFinite(parameters.values) else { throw LearningError.badModel("it holds a value that is not finite") }
        content = Content(file: bytes, parameters: parameters)
    }

    /// The same without file and values, for whoever keeps a run longer than it needs them.
    package var detached: ExternalModel {
        var bare = self
        bare.content = nil
        return bare
    }

    package var file: [UInt8]? { content?.file }

    /// The n-th first model: the file's, and for others (groupings that need several starts) the same with the values of each tensor in another
    /// seeded order. Of freshly drawn weights that is a fresh draw, and what is constant stays so.
    package func initial(_ number: Int, using generator: inout SeededGenerator) -> ParameterSet {
        guard var parameters = content?.parameters else {
            preconditionFailure("the first values are attached before a model is asked for")
        }
        guard number > 0 else { return parameters }
        for tensor in layout.tensors {
            guard let range = layout.range(of: tensor.name) else { continue }
            var values = Array(parameters.values[range])
            generator.shuffle(&values)
            parameters.values.replaceSubrange(range, with: values)
        }
        return parameters
    }

    /// The tensors that names and patterns mean, `*` standing for any characters; throws for one that means none.
    package static func names(_ patterns: String, in layout: ParameterLayout) throws(LearningError) -> [String] {
        var found: Set<String> = []
        for part in patterns.split(separator: ",") {
            let pattern = String(part.filter { $0 != " " })
            let matches = layout.tensors.map(\.name).filter { NamePattern(pattern).matches($0) }
            if matches.isEmpty { throw .badModel("no tensor is named “\(pattern)”, as its head should be") }
            found.formUnion(matches)
        }
        return layout.tensors.map(\.name).filter(found.contains)
    }
}
