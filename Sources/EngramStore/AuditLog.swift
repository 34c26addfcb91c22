// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What operators had done, and who was let in: JSON lines in the state folder that are only ever added to (docs/formats.md).
///
/// An entry is on the disk when `append` returns. A file that has grown to its limit is set aside as `audit.1.jsonl`, the one before as
/// `audit.2.jsonl`, and so on; the oldest goes.
///
/// To be written to by one task at a time: its owner, the coordinator, is an actor.
package struct AuditLog: Sendable {
    package struct Limits: Equatable, Sendable {
        /// Bytes of the file at which the next one is begun.
        package var fileBytes = 16 << 20
        /// Files that are kept, the one that is written to included; at least 2.
        package var files = 8

        package init() {}
    }

    private static let newline = UInt8(ascii: "\n")

    private let folder: String
    private let limits: Limits

    package init(in folder: StateFolder, limits: Limits = Limits()) {
        self.folder = folder.path
        self.limits = limits
    }

    /// The file that is written to, or the n-th one set aside.
    package func path(_ number: Int = 0) -> String { folder + (number == 0 ? "/audit.jsonl" : "/audit.\(number).jsonl") }

    package func append(_ entry: AuditEntry) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = [UInt8](try encoder.encode(entry)) + [Self.newline]
        if let size = Folders.fileSize(path()), size > 0, size + line.count > limits.fileBytes { try setAside() }
        let isNew = Folders.fileSize(path()) == nil
        let file = try OpenFile(path(), .creating)
        let size = try file.size()
        // Half a line that a crash left stays half a line: it must not take the next one with it.
        let isTorn = size > 0 ? try file.read(1, at: size - 1) != [Self.newline] : false
        if let failure = file.write(((isTorn ? [Self.newline] : []) + line)[...], at: size).failure {
            try file.truncate(to: size)
            throw failure
        }
        try file.synchronise()
        if isNew { try Folders.synchronise(folder) }
    }

    private func setAside() throws(StoreError) {
        for number in stride(from: max(2, limits.files) - 2, through: 0, by: -1) where Folders.fileSize(path(number)) != nil {
            try Folders.rename(path(number), to: path(number + 1))
        }
        try Folders.synchronise(folder)
    }
}
