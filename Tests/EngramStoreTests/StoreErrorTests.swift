// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import Foundation
import GRDB
import Testing

@testable import EngramStore

@Suite(.timeLimit(.minutes(5)))
struct StoreErrorTests {
    @Test(arguments: [
        (ENOSPC, StoreError.diskFull(path: "p")), (EDQUOT, .diskFull(path: "p")), (EROFS, .readOnly(path: "p")),
        (EACCES, .readOnly(path: "p")), (ENOTDIR, .notAFolder(path: "p")), (EIO, .system(doing: "read", path: "p", code: EIO)),
    ])
    func systemErrorsHaveMeanings(code: Int32, error: StoreError) {
        #expect(StoreError.failed("read", "p", code) == error)
    }

    @Test func databaseErrorsHaveMeanings() {
        func translated(_ code: ResultCode) -> StoreError { StoreError(DatabaseError(resultCode: code, message: "m"), path: "p") }
        #expect(translated(.SQLITE_FULL) == .diskFull(path: "p"))
        #expect(translated(.SQLITE_READONLY_DBMOVED) == .readOnly(path: "p"))
        #expect(translated(.SQLITE_CORRUPT_INDEX) == .damaged(path: "p", detail: "m"))
        #expect(translated(.SQLITE_IOERR_READ) == .database(path: "p", code: 266, detail: "m"))
        #expect(StoreError(StoreError.tokenUnknown, path: "p") == .tokenUnknown)
    }

    /// Each says something of its own, and none fell into a group's last branch.
    @Test func descriptionsDiffer() throws {
        let run = try Sample.run()
        let key = try Sample.key("a")
        let digest = Digest(of: [1])
        let errors: [StoreError] = [
            .notInitialised(path: "p"), .alreadyInitialised(path: "p"), .holdsOtherFiles(path: "p"),
            .notAFolder(path: "p"), .readOnly(path: "p"),
            .diskFull(path: "p"), .locked(path: "p", by: "b"), .networkFolder(path: "p", kind: "nfs"),
            .openToOthers(path: "p", mode: "755"), .system(doing: "open", path: "p", code: EIO),
            .newerSchema(path: "p", unknown: ["x"]), .damaged(path: "p", detail: "d"),
            .database(path: "p", code: 1, detail: "d"), .tokenExists, .tokenUnknown, .tokenExpired(at: 0),
            .tokenUsed(by: "b", at: 0), .tokenForOtherRole(.agent), .nameInUse("n"), .serialInUse("s"), .identityUnknown("n"),
            .runExists(run), .runUnknown(run), .runOver(run, .finished),
            .runCannotBecome(run, from: .failed, to: .finished), .roundOutOfOrder(run, expected: 1, got: 2),
            .roundCommitted(run, round: 1), .uploadConflict(key, kept: digest, got: Digest(of: [2])), .blobMissing(digest),
            .blobDamaged(digest), .uploadMissing(key), .uploadDamaged(key), .uploadNotBegun(key),
            .uploadAtWrongOffset(key, expected: 1, got: 2), .uploadIncomplete(key, have: 1, of: 2),
            .uploadTooLarge(key, size: 2, limit: 1), .spoolFull(needed: 1, used: 2, limit: 2),
        ]
        let texts = errors.map(\.description)
        #expect(Set(texts).count == texts.count)
        for text in texts {
            #expect(!text.hasSuffix("was refused") && !text.hasSuffix("as it was"))
        }
        #expect(StoreError.tokenExpired(at: 0).description.contains("1970-01-01T00:00:00Z"))
    }
}
