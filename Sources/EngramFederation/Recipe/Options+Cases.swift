// SPDX-License-Identifier: Apache-2.0

extension Options {
    /// One of the names of an enumeration.
    package mutating func oneOf<T: RawRepresentable<String> & CaseIterable>(
        _ key: String, _ value: inout T, _ comment: String
    ) throws(RecipeError) {
        var name = value.rawValue
        try text(key, &name, comment)
        guard let found = T(rawValue: name) else {
            let known = T.allCases.map(\.rawValue)
            throw .unknownChoice(path: at(key), name: name, nearest: NearestName.of(name, among: known), known: known)
        }
        value = found
    }
}
