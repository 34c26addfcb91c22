// SPDX-License-Identifier: Apache-2.0

/// How many of an agent's rows are for training, validation and test.
package enum SplitSizes: Hashable, Sendable {
    /// At most so many; where an agent gets fewer rows, they are divided in the same proportion.
    case counts(train: Int, validation: Int, test: Int)
    /// Parts of whatever the agent gets; the rest is for training.
    case fractions(validation: Double, test: Double)

    /// Rows that an agent needs, or nil when any number will do.
    package var total: Int? {
        if case .counts(let train, let validation, let test) = self { train + validation + test } else { nil }
    }

    /// Throws `badPartition` when the sizes are negative, huge, or leave nothing for training.
    package func validated() throws(LearningError) -> SplitSizes {
        switch self {
        case .counts(let train, let validation, let test):
            for size in [train, validation, test] where !(0...1 << 30).contains(size) {
                throw .badPartition("a part of \(size) rows is not possible")
            }
            if train == 0 { throw .badPartition("at least one training row per agent is needed") }
        case .fractions(let validation, let test):
            if !(validation >= 0 && test >= 0 && validation + test < 1) {
                throw .badPartition(
                    "the fractions \(validation) and \(test) must not be negative and must leave rows for training")
            }
        }
        return self
    }

    /// Divides rows that are already in random order.
    func divide(_ rows: [Int]) -> (train: [Int], validation: [Int], test: [Int]) {
        var held: (validation: Int, test: Int)
        var training: Int
        switch self {
        case .counts(let train, let validation, let test):
            let total = train + validation + test
            if rows.count >= total {
                held = (validation, test)
                training = train
            } else {
                held = (rows.count * validation / total, rows.count * test / total)
                training = rows.count - held.validation - held.test
            }
        case .fractions(let validation, let test):
            held = (Int(Double(rows.count) * validation), Int(Double(rows.count) * test))
            training = rows.count - held.validation - held.test
        }
        return (
            Array(rows[..<training]), Array(rows[training..<training + held.validation]),
            Array(rows[(training + held.validation)...].prefix(held.test))
        )
    }
}
