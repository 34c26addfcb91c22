// SPDX-License-Identifier: Apache-2.0

/// The options of one part of a recipe, visited in order: the same visit reads them, checks them, and prints them with their comments.
///
/// A part lists its options once (`options.number("mu", &mu, 0...10, "strength of the pull")`). When reading, a key that stands in the
/// recipe replaces the default; `finish` refuses the keys that nobody visited. When printing, every key is written with its comment.
package struct Options {
    private enum Mode {
        case reading([Tree.Entry])
        case printing
    }

    private let mode: Mode
    /// Where in the recipe these options stand, for error messages.
    package let path: String
    private var visited: [String]
    private(set) var printed: [Tree.Entry] = []

    /// Reads from a map (or from nothing: all defaults).
    package init(reading tree: Tree?, path: String, known: [String] = []) throws(RecipeError) {
        switch tree {
        case nil, .some(.null): mode = .reading([])
        case .some(.map(let entries)): mode = .reading(entries)
        case .some(let other): throw .wrongType(path: path, wanted: "a map", found: other.kind)
        }
        self.path = path
        visited = known
    }

    package init(printing path: String) {
        mode = .printing
        self.path = path
        visited = []
    }

    private mutating func visit(_ key: String, print value: Tree, _ comment: String) -> Tree? {
        visited.append(key)
        switch mode {
        case .printing:
            printed.append(.init(key, value, comment: comment.isEmpty ? nil : comment))
            return nil
        case .reading(let entries):
            return entries.first { $0.key == key }?.value
        }
    }

    func at(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    package mutating func number(
        _ key: String, _ value: inout Double, _ allowed: ClosedRange<Double>, _ comment: String
    ) throws(RecipeError) {
        guard let found = visit(key, print: .number(value), comment) else { return }
        switch found {
        case .number(let x): value = x
        case .integer(let x): value = Double(x)
        default: throw .wrongType(path: at(key), wanted: "a number", found: found.kind)
        }
        guard allowed.contains(value) else {
            throw .outOfRange(path: at(key), value: "\(value)", allowed: "\(allowed.lowerBound) to \(allowed.upperBound)")
        }
    }

    package mutating func integer(
        _ key: String, _ value: inout Int, _ allowed: ClosedRange<Int>, _ comment: String
    ) throws(RecipeError) {
        guard let found = visit(key, print: .integer(value), comment) else { return }
        guard case .integer(let x) = found else { throw .wrongType(path: at(key), wanted: "a whole number", found: found.kind) }
        guard allowed.contains(x) else {
            throw .outOfRange(path: at(key), value: "\(x)", allowed: "\(allowed.lowerBound) to \(allowed.upperBound)")
        }
        value = x
    }

    package mutating func integers(
        _ key: String, _ value: inout [Int], _ allowed: ClosedRange<Int>, _ comment: String
    ) throws(RecipeError) {
        guard let found = visit(key, print: .list(value.map { .integer($0) }), comment) else { return }
        guard case .list(let items) = found else { throw .wrongType(path: at(key), wanted: "a list", found: found.kind) }
        guard items.count <= 64 else { throw .outOfRange(path: at(key), value: "\(items.count) entries", allowed: "at most 64") }
        var out: [Int] = []
        for item in items {
            guard case .integer(let x) = item else {
                throw .wrongType(path: at(key), wanted: "a list of whole numbers", found: item.kind)
            }
            guard allowed.contains(x) else {
                throw .outOfRange(path: at(key), value: "\(x)", allowed: "\(allowed.lowerBound) to \(allowed.upperBound)")
            }
            out.append(x)
        }
        value = out
    }

    package mutating func flag(_ key: String, _ value: inout Bool, _ comment: String) throws(RecipeError) {
        guard let found = visit(key, print: .flag(value), comment) else { return }
        guard case .flag(let x) = found else { throw .wrongType(path: at(key), wanted: "true or false", found: found.kind) }
        value = x
    }

    package mutating func text(
        _ key: String, _ value: inout String, among allowed: [String]? = nil, _ comment: String
    ) throws(RecipeError) {
        guard let found = visit(key, print: .text(value), comment) else { return }
        guard case .text(let x) = found else { throw .wrongType(path: at(key), wanted: "text", found: found.kind) }
        if let allowed, !allowed.contains(x) {
            throw .unknownChoice(path: at(key), name: x, nearest: NearestName.of(x, among: allowed), known: allowed)
        }
        // A line break would not come back from the printed recipe as it went in.
        guard
            !x.unicodeScalars.contains(where: {
                $0.properties.generalCategory == .control || "\u{2028}\u{2029}\u{FEFF}".unicodeScalars.contains($0)
            })
        else {
            throw .outOfRange(path: at(key), value: "text with control characters", allowed: "one line of printable text")
        }
        guard x.utf8.count <= 200 else {
            throw .outOfRange(path: at(key), value: "\(x.utf8.count) bytes", allowed: "at most 200")
        }
        value = x
    }

    package mutating func texts(_ key: String, _ value: inout [String], _ comment: String) throws(RecipeError) {
        guard let found = visit(key, print: .list(value.map { .text($0) }), comment) else { return }
        guard case .list(let items) = found else { throw .wrongType(path: at(key), wanted: "a list", found: found.kind) }
        var out: [String] = []
        for item in items {
            guard case .text(let x) = item else { throw .wrongType(path: at(key), wanted: "a list of texts", found: item.kind) }
            out.append(x)
        }
        value = out
    }

    /// A map inside this one, with options of its own; not `printed` where it says nothing, so that recipes stay the text they were.
    package mutating func section(
        _ key: String, _ comment: String, printed shown: Bool = true,
        _ body: (inout Options) throws(RecipeError) -> Void
    ) throws(RecipeError) {
        switch mode {
        case .printing:
            var inner = Options(printing: at(key))
            try body(&inner)
            visited.append(key)
            if shown { printed.append(.init(key, .map(inner.printed), comment: comment)) }
        case .reading(let entries):
            visited.append(key)
            var inner = try Options(reading: entries.first { $0.key == key }?.value, path: at(key))
            try body(&inner)
            try inner.finish()
        }
    }

    /// A choice on an axis: a map whose `kind` names it (or the bare name), the rest being the choice's own options.
    package mutating func choice<T>(
        _ key: String, _ value: inout T, from catalogue: Catalogue<T>, _ comment: String
    ) throws(RecipeError) {
        switch mode {
        case .printing:
            var inner = Options(printing: at(key))
            let kind = catalogue.name(of: value)
            inner.printed.append(.init("kind", .text(kind), comment: "one of: " + catalogue.names.joined(separator: ", ")))
            try catalogue.configure(&value, &inner)
            visited.append(key)
            printed.append(.init(key, .map(inner.printed), comment: comment))
        case .reading(let entries):
            visited.append(key)
            let found = entries.first { $0.key == key }?.value
            var kind = catalogue.name(of: value)
            if case .some(.text(let bare)) = found {
                kind = bare
            } else if let named = found?["kind"] {
                guard case .text(let name) = named else {
                    throw .wrongType(path: at(key) + ".kind", wanted: "text", found: named.kind)
                }
                kind = name
            }
            guard let fresh = catalogue.make(kind) else {
                throw .unknownChoice(
                    path: at(key), name: kind, nearest: NearestName.of(kind, among: catalogue.names), known: catalogue.names)
            }
            // The same kind keeps what a preset had set; another kind starts from its own defaults.
            if kind != catalogue.name(of: value) { value = fresh }
            var map = found
            if case .some(.text) = found { map = nil }
            var inner = try Options(reading: map, path: at(key), known: ["kind"])
            try catalogue.configure(&value, &inner)
            try inner.finish()
        }
    }

    /// Refuses what nobody visited.
    package func finish() throws(RecipeError) {
        guard case .reading(let entries) = mode else { return }
        for entry in entries where !visited.contains(entry.key) {
            throw .unknownKey(
                path: path, key: entry.key, nearest: NearestName.of(entry.key, among: visited), known: visited)
        }
    }
}
