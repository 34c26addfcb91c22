// SPDX-License-Identifier: Apache-2.0
import Yams

extension Tree {
    /// Reads YAML 1.2 (JSON is a part of it) with plain scalars only: no tags, no anchors that refer elsewhere.
    package init(yaml text: String) throws(RecipeError) {
        guard text.utf8.count <= Recipe.maximumTextBytes else {
            throw .unreadable("the recipe has \(text.utf8.count) bytes; at most \(Recipe.maximumTextBytes) are read")
        }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                self = .map([])
                return
            }
            // Few kilobytes of nested aliases can spell billions of values.
            var values = Self.maximumValues
            self = try Tree(node, depth: 0, &values)
        } catch let error as RecipeError {
            throw error
        } catch {
            throw .unreadable("not valid YAML: \(error)")
        }
    }

    private static let maximumValues = 10_000
    private static let maximumDepth = 16

    private init(_ node: Node, depth: Int, _ values: inout Int) throws(RecipeError) {
        values -= 1
        guard values >= 0, depth <= Self.maximumDepth else {
            throw .unreadable("more than \(Self.maximumValues) values, or more than \(Self.maximumDepth) levels of them")
        }
        switch node {
        case .scalar(let scalar):
            if scalar.style == .singleQuoted || scalar.style == .doubleQuoted {
                self = .text(scalar.string)
            } else {
                self = Tree(scalar: scalar.string)
            }
        case .sequence(let sequence):
            var items: [Tree] = []
            for element in sequence { items.append(try Tree(element, depth: depth + 1, &values)) }
            self = .list(items)
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                guard let name = key.string else {
                    throw .unreadable("a key that is not text at \(key.mark?.description ?? "?")")
                }
                guard !entries.contains(where: { $0.key == name }) else { throw .unreadable("the key '\(name)' stands twice") }
                entries.append(Entry(name, try Tree(value, depth: depth + 1, &values)))
            }
            self = .map(entries)
        case .alias:
            throw .unreadable("aliases are not supported")
        }
    }

    private init(scalar text: String) {
        switch text {
        case "", "~", "null": self = .null
        case "true": self = .flag(true)
        case "false": self = .flag(false)
        default:
            if let value = Int(text) {
                self = .integer(value)
            } else if let value = Double(text), value.isFinite {
                self = .number(value)
            } else {
                self = .text(text)
            }
        }
    }

    /// The tree as YAML, each commented key with its comment behind it.
    package func yaml(indent: Int = 0) -> String {
        guard case .map(let entries) = self else { return inline + "\n" }
        var out = ""
        let pad = String(repeating: " ", count: indent)
        for entry in entries {
            let note = entry.comment.map { "  # " + $0 } ?? ""
            if case .map(let inner) = entry.value, !inner.isEmpty {
                out += "\(pad)\(entry.key):\(note)\n" + entry.value.yaml(indent: indent + 2)
            } else {
                out += "\(pad)\(entry.key): \(entry.value.inline)\(note)\n"
            }
        }
        return out
    }

    private var inline: String {
        switch self {
        case .null: "null"
        case .flag(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .text(let value): Tree.isPlain(value) ? value : Tree.quoted(value)
        case .list(let values): "[" + values.map(\.inline).joined(separator: ", ") + "]"
        case .map(let entries): "{" + entries.map { "\($0.key): \($0.value.inline)" }.joined(separator: ", ") + "}"
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        guard Tree(scalar: text) == .text(text), text.first != "-" else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./()".contains($0)) }
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }
}
