// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Lists of row numbers that others published, so that figures can be compared: which rows of a data set each agent trains and
/// tests on.
///
/// An .npz with train_00, train_01, … and test_00, test_01, …: integers, one list an agent.
package struct PublishedSplit: Sendable {
    package let train: [[Int]]
    package let test: [[Int]]

    package init(_ file: Npz) throws(OperatorError) {
        let names = file.arrays.map(\.name).filter { $0.hasPrefix("train_") }.sorted()
        guard !names.isEmpty else { throw .badInput("it has no lists train_00, train_01, …") }
        var lists: (train: [[Int]], test: [[Int]]) = ([], [])
        for name in names {
            lists.train.append(try Self.rows(name, in: file))
            lists.test.append(try Self.rows("test_" + name.dropFirst("train_".count), in: file))
        }
        train = lists.train
        test = lists.test
    }

    package init(reading path: String) throws(OperatorError) {
        let bytes = try InputFile.read(path)
        self = try InputFile.naming(path) { try PublishedSplit(Npz(parsing: bytes)) }
    }

    private static func rows(_ name: String, in file: Npz) throws(OperatorError) -> [Int] {
        guard let array = file[name] else { throw .badInput("the list '\(name)' is missing") }
        guard array.shape.count == 1, let rows = try? array.integers() else {
            throw .badInput("'\(name)' is no list of whole numbers")
        }
        return rows.map { Int($0) }
    }
}
