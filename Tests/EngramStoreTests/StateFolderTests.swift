// SPDX-License-Identifier: Apache-2.0
import EngramStore
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct StateFolderTests {
    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func initMakesAPrivateFolderOnce() throws {
        let temporary = try TemporaryFolder()
        let path = temporary("a/b/state")
        do {
            let folder = try StateFolder(creating: path)
            #expect(try mode(path) == 0o700)
            _ = try SQLiteStateStore(in: folder, maximumBytes: nil)
        }
        #expect(throws: StoreError.alreadyInitialised(path: path)) { try StateFolder(creating: path) }
        let folder = try StateFolder(opening: path)
        #expect(folder.databasePath.hasPrefix(path))
    }

    @Test func initTakesAnEmptyFolderAndClosesIt() throws {
        let temporary = try TemporaryFolder()
        let path = temporary("state")
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        _ = try StateFolder(creating: path)
        #expect(try mode(path) == 0o700)
    }

    @Test func initLeavesOtherFoldersAlone() throws {
        let temporary = try TemporaryFolder()
        let path = temporary("home")
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        try Data([1]).write(to: URL(fileURLWithPath: path + "/letter"))
        #expect(throws: StoreError.holdsOtherFiles(path: path)) { try StateFolder(creating: path) }
        #expect(try mode(path) == 0o755)
        try FileManager.default.removeItem(atPath: path + "/letter")
        // An init that was cut short may be repeated.
        for _ in 0..<2 { _ = try StateFolder(creating: path) }
    }

    @Test func openingNeedsAnInitialisedFolder() throws {
        let temporary = try TemporaryFolder()
        let missing = temporary("missing")
        #expect(throws: StoreError.notInitialised(path: missing)) { try StateFolder(opening: missing) }
        let empty = temporary("empty")
        _ = try StateFolder(creating: empty)
        #expect(throws: StoreError.notInitialised(path: empty)) { try StateFolder(opening: empty) }
    }

    @Test func aFileIsNotAFolder() throws {
        let temporary = try TemporaryFolder()
        let file = temporary("file")
        try Data([1]).write(to: URL(fileURLWithPath: file))
        #expect(throws: StoreError.notAFolder(path: file)) { try StateFolder(creating: file) }
        #expect(throws: StoreError.notAFolder(path: file)) { try StateFolder(opening: file) }
    }

    @Test func theSecondEngramdIsToldWhoIsThere() throws {
        let temporary = try TemporaryFolder()
        let path = temporary("state")
        var first: StateFolder? = try StateFolder(creating: path)
        let store = try SQLiteStateStore(in: #require(first), maximumBytes: nil)
        let refusal = #expect(throws: StoreError.self) { try StateFolder(opening: path) }
        guard case .locked(path, let holder) = refusal else {
            Issue.record("two opens of one folder: \(String(describing: refusal))")
            return
        }
        #expect(holder.contains("process \(getpid())"))
        // The store alone still holds the folder.
        first = nil
        #expect(throws: StoreError.self) { try StateFolder(opening: path) }
        try store.close()
    }

    @Test func theLockGoesWithItsOwner() throws {
        let temporary = try TemporaryFolder()
        let path = temporary("state")
        do { _ = try SQLiteStateStore(in: StateFolder(creating: path), maximumBytes: nil) }
        for _ in 0..<3 { _ = try StateFolder(opening: path) }
    }

    @Test func aFolderOpenToOthersIsRefused() throws {
        let temporary = try TemporaryFolder()
        let path = temporary("state")
        do { _ = try SQLiteStateStore(in: StateFolder(creating: path), maximumBytes: nil) }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        #expect(throws: StoreError.openToOthers(path: path, mode: "755")) { try StateFolder(opening: path) }
    }

    /// sysfs takes no new files, not even from root, whom modes do not stop.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/sys/kernel")))
    func aReadOnlyFolderIsRefused() {
        #expect(throws: StoreError.readOnly(path: "/sys/kernel/engramd.lock")) { try StateFolder(opening: "/sys/kernel") }
        #expect(throws: StoreError.readOnly(path: "/sys/kernel/engram-state")) {
            try StateFolder(creating: "/sys/kernel/engram-state")
        }
    }
}
