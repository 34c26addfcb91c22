// SPDX-License-Identifier: Apache-2.0
import EngramBytes
package import EngramLearning
import EngramTensors

// A run can train a model whose layers only its agents' programs know (docs/own-trainers.md): the recipe then names tensors instead of layers.

extension Recipe {
    /// Whether there is anything before the head, which sharing and training by parts need.
    var hasBase: Bool {
        external.map { !$0.head.isEmpty && $0.head.count < $0.layout.tensors.count } ?? !hidden.isEmpty
    }

    /// Why a choice that tells head and base apart has nothing to tell apart, or nil.
    func objectionWithoutBase(_ choice: String, _ builtIn: String) -> String? {
        if hasBase { return nil }
        return external == nil
            ? builtIn
            : "\(choice) tells the head from the rest, and this model does not say which tensors are its head; "
                + "name them in the model file's metadata \(ExternalModel.headKey), such as 'fc.*'"
    }

    /// Why this recipe cannot train a model of unknown layers, or nil.
    var objectionToExternalModel: String? {
        guard external != nil else { return nil }
        if normalisation != .none {
            return "model.normalisation is for the built-in network; a model of your own brings its own: set it to none"
        }
        if sharing is ShareWidth {
            return "sharing 'width' leaves units of known layers out; a model of your own has none to leave out"
        }
        if training.skills == nil {
            let fitting = Catalogue<any LocalTraining>.training.items.map { $0.make() }.filter { $0.skills != nil }
                .map { "'\(type(of: $0).name)'" }
            return "training '\(type(of: training).name)' looks into the built-in network; for a model of your own use "
                + fitting.joined(separator: ", ")
        }
        return nil
    }

    /// Why a program with these skills cannot train with this recipe, or nil.
    package func objection(to skills: Set<LearnerSkill>) -> String? {
        let missing = (training.skills ?? []).subtracting(skills).sorted()
        if missing.isEmpty { return nil }
        return
            "training '\(type(of: training).name)' needs a trainer that can \(missing.map(\.rawValue).joined(separator: ", ")), and this one "
            + "does not say so; teach it (docs/own-trainers.md), or use training 'sgd'"
    }

    /// Reads and prints `model.external`.
    mutating func configureExternal(_ options: inout Options) throws(RecipeError) {
        var tensors = external?.layout.tensors.map(\.text) ?? []
        var head = external?.head ?? []
        var initial = external?.digest.hex ?? ""
        try options.section(
            "external", "a model of your own, set by --model; without: the built-in network", printed: external != nil
        ) { o throws(RecipeError) in
            try o.texts("tensors", &tensors, "names and shapes, in order")
            try o.texts("head", &head, "those of the last layer")
            try o.text("initial", &initial, "SHA-256 of the file with the first values")
        }
        guard !tensors.isEmpty else {
            external = nil
            return
        }
        let path = options.at("external")
        var specs: [TensorSpec] = []
        for text in tensors {
            guard let spec = TensorSpec(text: text) else {
                throw .outOfRange(
                    path: path + ".tensors", value: "'\(text)'", allowed: "names with shapes, such as 'fc.weight[10,84]'")
            }
            specs.append(spec)
        }
        guard let digest = Digest(hex: initial) else {
            throw .outOfRange(path: path + ".initial", value: "'\(initial)'", allowed: "64 hexadecimal characters")
        }
        do {
            let model = try ExternalModel(layout: ParameterLayout(tensors: specs), head: head, digest: digest)
            // Values that were attached stay where the text has not changed.
            if external?.layout != model.layout || external?.head != model.head || external?.digest != digest { external = model }
        } catch {
            throw .senseless("\(path): \(error)")
        }
    }
}

extension TensorSpec {
    /// Name and shape: `conv1.weight[16,1,5,5]`.
    var text: String { "\(name)[\(shape.map(String.init).joined(separator: ","))]" }

    /// Reads `text`; nil for anything else.
    init?(text: String) {
        guard text.last == "]", let open = text.firstIndex(of: "["), open > text.startIndex else { return nil }
        let inner = text[text.index(after: open)...].dropLast()
        var shape: [Int] = []
        for size in inner.split(separator: ",", omittingEmptySubsequences: false) where !inner.isEmpty {
            guard let size = Int(size), size >= 0, shape.count < 8 else { return nil }
            shape.append(size)
        }
        self.init(name: String(text[..<open]), shape: shape)
    }
}
