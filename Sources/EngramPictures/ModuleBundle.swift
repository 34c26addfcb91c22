// SPDX-License-Identifier: Apache-2.0

/// Modules as one script, for a page that must be a single file: each becomes a function that is called once, in the order of imports.
///
/// It reads the two forms that our modules are written in, and nothing else of the language: `import { a, b } from "./file.js";` on a line, and
/// `export` before `function`, `class` or `const`. A name that is not exported stays within its module.
package struct ModuleBundle {
    private let sources: [String: String]
    private var done: [String] = []
    private var open: [String] = []
    private var parts: [String] = []

    /// The script that begins with one module, and all that it needs.
    package static func script(from entry: String, in files: [PictureFile]) throws(PictureError) -> String {
        var bundle = ModuleBundle(sources: Dictionary(files.map { ($0.name, $0.text) }) { first, _ in first })
        try bundle.add(entry, for: entry)
        return bundle.parts.joined()
    }

    private init(sources: [String: String]) { self.sources = sources }

    private mutating func add(_ name: String, for importer: String) throws(PictureError) {
        if done.contains(name) { return }
        guard let source = sources[name] else { throw .noSuchModule(name, importer: importer) }
        guard !open.contains(name) else { throw .circle(name) }
        open.append(name)
        var exports: [String] = [], lines: [String] = []
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
            if let taken = try Self.taken(line, in: name) {
                try add(taken.file, for: name)
                lines.append("const { \(taken.names) } = \(Self.variable(taken.file));")
            } else if let export = try Self.exported(line, in: name) {
                exports.append(export)
                lines.append(String(line.dropFirst("export ".count)))
            } else {
                lines.append(String(line))
            }
        }
        parts.append(
            "const \(Self.variable(name)) = (() => {\n\(lines.joined(separator: "\n"))return { \(exports.joined(separator: ", ")) };\n})();\n"
        )
        done.append(name)
        open.removeLast()
    }

    private static func variable(_ file: String) -> String { file.replacing(".", with: "_") }

    private static func taken(_ line: Substring, in file: String) throws(PictureError) -> (names: String, file: String)? {
        guard line.hasPrefix("import ") else { return nil }
        guard let match = try? #/import \{ ([\w, ]+) \} from "\./(\w+\.js)";/#.wholeMatch(in: line), !match.1.contains(" as ")
        else {
            throw .notUnderstood(String(line), file: file)
        }
        return (String(match.1), String(match.2))
    }

    private static func exported(_ line: Substring, in file: String) throws(PictureError) -> String? {
        guard line.hasPrefix("export ") else { return nil }
        guard let match = try? #/export (?:function|class|const) (\w+)\b.*/#.wholeMatch(in: line) else {
            throw .notUnderstood(String(line), file: file)
        }
        return String(match.1)
    }
}

/// A module that cannot be put into one file.
package enum PictureError: Error, Equatable, CustomStringConvertible {
    case noSuchModule(String, importer: String)
    case circle(String)
    case notUnderstood(String, file: String)

    package var description: String {
        switch self {
        case .noSuchModule(let name, let importer): "\(importer) imports \(name), which is not among the modules"
        case .circle(let name): "\(name) imports itself by way of other modules"
        case .notUnderstood(let line, let file):
            "\(file): '\(line)' is neither import { a } from \"./file.js\"; nor export before function, class or const"
        }
    }
}
