// SPDX-License-Identifier: Apache-2.0

/// All questions of the evidence, in the order of the page.
package struct Suite: Sendable {
    package let sections: [Section]

    package init(_ sections: [Section]) { self.sections = sections }

    package static let standard = Suite([
        rotatedDigits, pfllib, shifts, streams, people, bytes, privacy, attacks, energy,
    ])

    /// The named sections in the order of the page, or all when none is named.
    package func selecting(_ names: [String]) throws(OperatorError) -> Suite {
        if names.isEmpty { return self }
        if let unknown = names.first(where: { name in !sections.contains { $0.name == name } }) {
            throw .usage("--only \(unknown): there is no such section; there are \(sections.map(\.name).joined(separator: ", "))")
        }
        return Suite(sections.filter { names.contains($0.name) })
    }
}
