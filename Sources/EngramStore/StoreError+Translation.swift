// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB

extension StoreError {
    /// The error for a failed system call, by its errno.
    ///
    /// Call it with `errno` read right after the call: anything in between may change it.
    static func failed(_ doing: String, _ path: String, _ code: Int32) -> StoreError {
        switch code {
        case ENOSPC, EDQUOT: .diskFull(path: path)
        case EACCES, EPERM, EROFS: .readOnly(path: path)
        case ENOTDIR: .notAFolder(path: path)
        default: .system(doing: doing, path: path, code: code)
        }
    }

    /// The error for what GRDB threw while working on the database at `path`; our own errors pass through.
    init(_ error: any Error, path: String) {
        if let own = error as? StoreError {
            self = own
            return
        }
        guard let database = error as? DatabaseError else {
            self = .database(path: path, code: 0, detail: String(describing: error))
            return
        }
        let detail = database.message ?? "no message"
        switch database.resultCode {
        case .SQLITE_FULL: self = .diskFull(path: path)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: self = .readOnly(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(path: path, by: "another program that has the database open")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(path: path, detail: detail)
        default: self = .database(path: path, code: Int(database.extendedResultCode.rawValue), detail: detail)
        }
    }
}
