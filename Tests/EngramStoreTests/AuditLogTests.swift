// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EngramStore

/// Lines that are only added to, whatever happens in between.
@Suite(.timeLimit(.minutes(5))) struct AuditLogTests {
    private func entry(_ number: Int, reason: String? = nil) -> AuditEntry {
        AuditEntry(
            at: 1_790_000_000 + Double(number), who: .init(name: "ada", role: "operator", fingerprint: "f", remote: "r"),
            verb: "run.cancel", arguments: ["run": "\(number)"], failure: reason)
    }

    private func lines(_ path: String) throws -> [AuditEntry] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.hasSuffix("\n"))
        return try text.split(separator: "\n").map { try decoder.decode(AuditEntry.self, from: Data($0.utf8)) }
    }

    @Test func entriesAreAddedAndPrivate() throws {
        let temporary = try TemporaryFolder()
        let folder = try StateFolder(creating: temporary("state"))
        let log = AuditLog(in: folder)
        try log.append(entry(1))
        try log.append(entry(2, reason: "no\nsuch run"))
        // Another start goes on in the same file.
        try AuditLog(in: folder).append(entry(3))
        #expect(try lines(log.path()) == [entry(1), entry(2, reason: "no\nsuch run"), entry(3)])
        #expect(try lines(log.path())[0].time == "2026-09-21T14:13:21.000Z")
        #expect(try lines(log.path()).map(\.outcome) == ["ok", "refused", "ok"])
        let mode = try FileManager.default.attributesOfItem(atPath: log.path())[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func fullFilesAreSetAsideAndTheOldestGoes() throws {
        let temporary = try TemporaryFolder()
        let folder = try StateFolder(creating: temporary("state"))
        var limits = AuditLog.Limits()
        limits.fileBytes = 500
        limits.files = 3
        let log = AuditLog(in: folder, limits: limits)
        for number in 0..<40 { try log.append(entry(number)) }
        let files = (0..<4).filter { FileManager.default.fileExists(atPath: log.path($0)) }
        #expect(files == [0, 1, 2])
        let kept = try files.reversed().flatMap { try lines(log.path($0)) }
        #expect(kept == (40 - kept.count..<40).map { entry($0) }, "the newest, in order, none lost between files")
        for file in files { #expect(try Data(contentsOf: URL(fileURLWithPath: log.path(file))).count <= 500) }
    }

    @Test func halfALineDoesNotSpoilTheNext() throws {
        let temporary = try TemporaryFolder()
        let folder = try StateFolder(creating: temporary("state"))
        let log = AuditLog(in: folder)
        try log.append(entry(1))
        let file = try #require(FileHandle(forWritingAtPath: log.path()))
        try file.seekToEnd()
        try file.write(contentsOf: Data("{\"time\":".utf8))
        try file.close()
        try log.append(entry(2))
        let text = try String(contentsOfFile: log.path(), encoding: .utf8).split(separator: "\n")
        #expect(text.count == 3 && text[1] == "{\"time\":" && text[2].contains("\"run\":\"2\""))
    }

    @Test func longTextsAreCutOff() throws {
        let long = String(repeating: "a", count: 5000)
        let cut = AuditEntry(
            at: 0, who: .init(name: nil, role: nil, fingerprint: nil, remote: "r"), verb: "v", arguments: ["label": long],
            failure: long)
        #expect(cut.arguments["label"]?.count == AuditEntry.textLimit && cut.reason?.count == AuditEntry.textLimit)
    }

    @Test func aFolderThatTakesNothingIsFound() throws {
        let temporary = try TemporaryFolder()
        let folder = try StateFolder(creating: temporary("state"))
        try folder.checkWritable()
        #expect(!FileManager.default.fileExists(atPath: temporary("state") + "/.probe"))
        try FileManager.default.moveItem(atPath: temporary("state"), toPath: temporary("moved"))
        #expect(throws: StoreError.self) { try folder.checkWritable() }
    }
}
