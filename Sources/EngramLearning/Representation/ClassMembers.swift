// SPDX-License-Identifier: Apache-2.0

/// The rows of each class.
struct ClassMembers: Sendable {
    /// By class id, in the order given.
    let groups: [[Int]]

    /// `labels` has the class of every row of the data set, none negative; only `rows` are listed.
    init(_ labels: [Int32], rows: [Int]) {
        if labels.isEmpty {
            groups = []
            return
        }
        var groups = [[Int]](repeating: [], count: rows.reduce(0) { max($0, Int(labels[$1]) + 1) })
        for row in rows { groups[Int(labels[row])].append(row) }
        self.groups = groups
    }

    func rows(of label: Int32) -> [Int] { groups.indices.contains(Int(label)) ? groups[Int(label)] : [] }
}
