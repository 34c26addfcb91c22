// SPDX-License-Identifier: Apache-2.0

/// Why a recipe was not accepted: where, what is wrong, and what would be right.
package enum RecipeError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(String)
    case unknownKey(path: String, key: String, nearest: String?, known: [String])
    case wrongType(path: String, wanted: String, found: String)
    case outOfRange(path: String, value: String, allowed: String)
    case unknownChoice(path: String, name: String, nearest: String?, known: [String])
    case missing(path: String, what: String)
    /// A combination of choices that cannot mean anything.
    case senseless(String)

    package var description: String { "recipe: \(reason)" }

    /// What is wrong, without saying that it is a recipe.
    package var reason: String {
        switch self {
        case .unreadable(let why):
            why
        case .unknownKey(let path, let key, let nearest, let known):
            "\(path.isEmpty ? "" : path + ": ")unknown key '\(key)'"
                + (nearest.map { "; did you mean '\($0)'?" } ?? "; known keys: \(known.joined(separator: ", "))")
        case .wrongType(let path, let wanted, let found):
            "\(path): \(wanted) expected, found \(found)"
        case .outOfRange(let path, let value, let allowed):
            "\(path): \(value) is not allowed; use \(allowed)"
        case .unknownChoice(let path, let name, let nearest, let known):
            "\(path): there is no '\(name)'"
                + (nearest.map { "; did you mean '\($0)'?" } ?? "") + " (choices: \(known.joined(separator: ", ")))"
        case .missing(let path, let what):
            "\(path): \(what) is missing"
        case .senseless(let why):
            why
        }
    }
}

/// Finds the known name that a misspelt one was probably meant to be.
package enum NearestName {
    /// The candidate with the least edit distance, if that is at most a third of the name's length (and at least 2).
    package static func of(_ name: String, among candidates: [String]) -> String? {
        let bound = max(2, name.count / 3)
        return candidates.map { ($0, distance(name, $0)) }.filter { $0.1 <= bound }.min { $0.1 < $1.1 }?.0
    }

    /// Levenshtein's distance, after dropping case and treating '-' and '_' alike.
    static func distance(_ a: String, _ b: String) -> Int {
        let x = Array(a.lowercased().replacing("-", with: "_")), y = Array(b.lowercased().replacing("-", with: "_"))
        var row = Array(0...y.count)
        for i in 0..<x.count {
            var diagonal = row[0]
            row[0] = i + 1
            for j in 0..<y.count {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x[i] == y[j] ? 0 : 1))
                diagonal = above
            }
        }
        return row[y.count]
    }
}
