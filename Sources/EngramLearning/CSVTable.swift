// SPDX-License-Identifier: Apache-2.0

/// A comma-separated table with a line of column names (RFC 4180): quoted fields may hold commas, line ends and doubled quotes.
package struct CSVTable: Sendable {
    package let columns: [String]
    package let count: Int
    /// Row-major.
    private let fields: [String]

    package static let fieldLimit = 1 << 26

    /// Throws `malformed` with the line; a byte-order mark and a missing last line end are fine, empty lines are skipped.
    package init(parsing bytes: [UInt8]) throws(LearningError) {
        var parser = CSVParser(bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...])
        guard let header = try parser.record() else { throw .malformed(format: "CSV", reason: "it is empty") }
        if Set(header).count != header.count { throw .malformed(format: "CSV", reason: "two columns have the same name") }
        var fields: [String] = []
        var count = 0
        while let record = try parser.record() {
            if record.count != header.count {
                throw .malformed(
                    format: "CSV",
                    reason: "line \(parser.recordLine) has \(record.count) fields, the first line has \(header.count)")
            }
            fields += record
            count += 1
            if fields.count > Self.fieldLimit {
                throw .malformed(format: "CSV", reason: "it has more than \(Self.fieldLimit) fields")
            }
        }
        columns = header
        self.fields = fields
        self.count = count
    }

    /// A column's fields as they stand; throws `badData` when there is no such column.
    package func texts(_ column: String) throws(LearningError) -> [String] {
        guard let index = columns.firstIndex(of: column) else {
            throw .badData("there is no column “\(column)”, the table has: \(columns.joined(separator: ", "))")
        }
        return (0..<count).map { fields[$0 * columns.count + index] }
    }

    /// A column as finite numbers, nil for empty fields; throws `badData` with the row (counted from 1 after the header).
    package func optionalNumbers(_ column: String) throws(LearningError) -> [Double?] {
        var numbers: [Double?] = []
        numbers.reserveCapacity(count)
        for (row, text) in try texts(column).enumerated() {
            if text.isEmpty {
                numbers.append(nil)
            } else if let number = Double(text), number.isFinite {
                numbers.append(number)
            } else {
                throw .badData("column “\(column)”, row \(row + 1): “\(text)” is not a finite number")
            }
        }
        return numbers
    }

    /// A column as finite numbers; throws `badData` with the row for anything else, an empty field too.
    package func numbers(_ column: String) throws(LearningError) -> [Double] {
        var numbers: [Double] = []
        numbers.reserveCapacity(count)
        for (row, number) in try optionalNumbers(column).enumerated() {
            guard let number else { throw .badData("column “\(column)”, row \(row + 1): the field is empty") }
            numbers.append(number)
        }
        return numbers
    }

    /// A column as whole numbers in 0..<limit.
    package func indices(_ column: String, below limit: Int) throws(LearningError) -> [Int] {
        var indices: [Int] = []
        indices.reserveCapacity(count)
        for (row, text) in try texts(column).enumerated() {
            guard let index = Int(text), index >= 0, index < limit else {
                throw .badData("column “\(column)”, row \(row + 1): “\(text)” is not a whole number in 0..<\(limit)")
            }
            indices.append(index)
        }
        return indices
    }

    /// Numeric feature columns and one label column as a data set.
    package func dataset(features names: [String], label: String, task: Task) throws(LearningError) -> Dataset {
        if names.isEmpty { throw .badData("at least one feature column is needed") }
        var values = [Float](repeating: 0, count: count * names.count)
        for (j, name) in names.enumerated() {
            for (i, number) in try numbers(name).enumerated() { values[i * names.count + j] = Float(number) }
        }
        let targets: Dataset.Targets
        if task == .scores {
            targets = .scores(try numbers(label).map { Float($0) })
        } else {
            targets = .classes(try indices(label, below: task == .remembered ? 2 : Shard.classLimit).map { Int32($0) })
        }
        return try Dataset(features: .float32(values), dimension: names.count, targets: targets)
    }
}

/// Splits bytes into records; fields are decoded as UTF-8.
private struct CSVParser {
    private let bytes: ArraySlice<UInt8>
    private var at: Int
    private var line = 1
    /// The line where the last record began.
    private(set) var recordLine = 1

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        at = bytes.startIndex
    }

    /// The next record, or nil at the end.
    mutating func record() throws(LearningError) -> [String]? {
        while at < bytes.endIndex, bytes[at] == 0x0a || bytes[at] == 0x0d { lineEnd() }
        if at == bytes.endIndex { return nil }
        recordLine = line
        var fields: [String] = []
        while true {
            fields.append(bytes[safe: at] == 0x22 ? try quoted() : try plain())
            if at == bytes.endIndex { return fields }
            if bytes[at] == 0x2c {
                at += 1
            } else {
                lineEnd()
                return fields
            }
        }
    }

    private mutating func plain() throws(LearningError) -> String {
        let start = at
        while at < bytes.endIndex, bytes[at] != 0x2c, bytes[at] != 0x0a, bytes[at] != 0x0d {
            if bytes[at] == 0x22 { throw failure("a quote stands within an unquoted field") }
            at += 1
        }
        return try text(Array(bytes[start..<at]))
    }

    private mutating func quoted() throws(LearningError) -> String {
        var content: [UInt8] = []
        at += 1
        while let byte = bytes[safe: at] {
            at += 1
            if byte != 0x22 {
                if byte == 0x0a { line += 1 }
                content.append(byte)
            } else if bytes[safe: at] == 0x22 {
                content.append(0x22)
                at += 1
            } else {
                if let next = bytes[safe: at], next != 0x2c, next != 0x0a, next != 0x0d {
                    throw failure("something follows a closing quote")
                }
                return try text(content)
            }
        }
        throw failure("a quoted field does not end")
    }

    private mutating func lineEnd() {
        if bytes[at] == 0x0d, bytes[safe: at + 1] == 0x0a { at += 1 }
        at += 1
        line += 1
    }

    private func text(_ content: [UInt8]) throws(LearningError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else { throw failure("a field is not UTF-8") }
        return text
    }

    private func failure(_ reason: String) -> LearningError { .malformed(format: "CSV", reason: "line \(line): \(reason)") }
}

extension ArraySlice<UInt8> {
    fileprivate subscript(safe index: Int) -> UInt8? { index < endIndex ? self[index] : nil }
}
