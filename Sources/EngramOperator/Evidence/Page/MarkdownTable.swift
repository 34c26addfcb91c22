// SPDX-License-Identifier: Apache-2.0

/// A table of a Markdown page.
package struct MarkdownTable: Sendable {
    private let head: [String]
    private var rows: [[String]] = []

    package init(_ head: [String]) { self.head = head }

    package mutating func row(_ cells: [String]) { rows.append(cells) }

    package var isEmpty: Bool { rows.isEmpty }

    package var text: String {
        let lines = [head, head.map { _ in "---" }] + rows
        return lines.map { "| " + $0.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |" }.joined(
            separator: "\n")
    }
}
