// SPDX-License-Identifier: Apache-2.0
package import EngramFederation

/// Where a recipe comes from: a preset's name or a YAML file, then single keys that change it.
package enum RecipeSource {
    package static func recipe(_ source: String, overrides: [String]) throws(OperatorError) -> Recipe {
        do {
            var tree = try base(source)
            for override in overrides { tree = try apply(override, to: tree) }
            return try Recipe(tree: tree)
        } catch {
            throw OperatorError(error)
        }
    }

    private static func base(_ source: String) throws -> Tree {
        let isFile = InputFile.exists(source) && !InputFile.isFolder(source)
        if Preset.all.contains(where: { $0.name == source }) { return .map([.init("preset", .text(source))]) }
        if isFile {
            let bytes = try InputFile.read(source, limit: InputFile.textLimit)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw OperatorError.badInput("\(source): a recipe is UTF-8 text, this is not")
            }
            return try InputFile.naming(source) { try Tree(yaml: text) }
        }
        if source.contains("/") || source.hasSuffix(".yaml") || source.hasSuffix(".yml") {
            throw OperatorError.badInput("\(source): there is no such recipe file")
        }
        // Says which presets there are, and which one was probably meant.
        _ = try Preset.recipe(source)
        return .map([])
    }

    /// Sets one key of a recipe's tree: `a.b=value`, the value being YAML.
    package static func apply(_ override: String, to tree: Tree) throws(OperatorError) -> Tree {
        guard let equals = override.firstIndex(of: "=") else {
            throw .usage("--set \(override): write key=value, such as --set rounds=30 or --set grouping.minimum_size=3")
        }
        let path = override[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard path.allSatisfy({ !$0.isEmpty }) else { throw .usage("--set \(override): the key has an empty part") }
        do {
            // Read as the value of a key, so that it means what it would mean in a file.
            let value = try Tree(yaml: "value: " + override[override.index(after: equals)...])
            guard case .map(let entries) = value, entries.count == 1 else {
                throw RecipeError.unreadable("the value is not one YAML value")
            }
            return set(path[...], to: entries[0].value, in: tree)
        } catch {
            throw .badInput("--set \(override): \(error)")
        }
    }

    private static func set(_ path: ArraySlice<String>, to value: Tree, in tree: Tree?) -> Tree {
        guard let key = path.first else { return value }
        var entries: [Tree.Entry] =
            switch tree {
            case .some(.map(let entries)): entries
            // A choice may be written as its bare name; an option of it makes a map of it.
            case .some(.text(let kind)): [.init("kind", .text(kind))]
            default: []
            }
        let inner = set(path.dropFirst(), to: value, in: entries.first { $0.key == key }?.value)
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].value = inner
        } else {
            entries.append(.init(key, inner))
        }
        return .map(entries)
    }
}
