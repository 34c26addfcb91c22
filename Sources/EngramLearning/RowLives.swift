// SPDX-License-Identifier: Apache-2.0

/// When the rows of a stream are there: from round `arrives` on, until before round `leaves`.
package struct RowLives: Equatable, Sendable {
    /// One number per row; 0 is always.
    package let arrives: [Int32]
    /// One number per row; `never` is never.
    package let leaves: [Int32]

    package static let never = Int32.max

    package init(arrives: [Int32], leaves: [Int32]) {
        self.arrives = arrives
        self.leaves = leaves
    }

    /// Whether a row is there in a round.
    func holds(_ row: Int, in round: Int) -> Bool {
        Int(arrives[row]) <= round && (round < Int(leaves[row]) || leaves[row] == Self.never)
    }

    /// Throws when the columns do not fit the data, or a row is never there.
    func check(rows: Int, shard: String) throws(ShardError) {
        for (name, column) in [("arrives", arrives), ("leaves", leaves)] where column.count != rows {
            throw .tensor(shard: shard, name: name, reason: "it has \(column.count) rows, the features have \(rows)")
        }
        for row in 0..<rows {
            if arrives[row] < 0 {
                throw .row(shard: shard, tensor: "arrives", row: row, reason: "it is \(arrives[row]), rounds count from 0")
            }
            if leaves[row] <= arrives[row] {
                throw .row(
                    shard: shard, tensor: "leaves", row: row,
                    reason: "it leaves in round \(leaves[row]) and arrives in round \(arrives[row]): leave the row out")
            }
        }
    }
}

extension Shard {
    /// The shard as it is in a round: no stream any more, but the rows that have arrived and not left, in their order.
    package func present(in round: Int) -> Shard {
        guard let lives else { return self }
        var now = self
        now.train = train.filter { lives.holds($0, in: round) }
        now.validation = validation.filter { lives.holds($0, in: round) }
        now.test = test.filter { lives.holds($0, in: round) }
        now.lives = nil
        return now
    }
}
