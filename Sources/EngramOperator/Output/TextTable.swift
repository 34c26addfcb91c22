// SPDX-License-Identifier: Apache-2.0

/// Columns of text set under each other; columns whose cells are all numbers stand to the right.
package struct TextTable {
    private let head: [String]
    private var rows: [[String]] = []

    package init(_ head: String...) { self.head = head }
    package init(head: [String]) { self.head = head }

    package mutating func row(_ cells: String...) { rows.append(cells) }
    package mutating func row(cells: [String]) { rows.append(cells) }

    package var text: String {
        let columns = head.indices.map { column in rows.map { column < $0.count ? $0[column] : "" } }
        let widths = head.indices.map { max(head[$0].count, columns[$0].map(\.count).max() ?? 0) }
        let numeric = columns.map { cells in !cells.isEmpty && cells.allSatisfy { $0.isEmpty || $0 == "-" || Double($0) != nil } }
        return ([head] + rows).map { cells in
            var line = ""
            for (column, width) in widths.enumerated() {
                let cell = column < cells.count ? cells[column] : ""
                let pad = String(repeating: " ", count: max(0, width - cell.count))
                line += (column == 0 ? "" : "  ") + (numeric[column] ? pad + cell : cell + pad)
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
