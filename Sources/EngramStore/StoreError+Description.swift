// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import Foundation

extension StoreError: CustomStringConvertible {
    /// What was wrong, where, and what to do about it.
    package var description: String {
        switch self {
        case .notInitialised(let path):
            "there is no coordinator state in \(path): make it with `engramd init`, or name the right folder"
        case .alreadyInitialised(let path):
            "\(path) already holds a coordinator's state: use it as it is, or name an empty folder"
        case .holdsOtherFiles(let path):
            "\(path) holds files that are not a coordinator's: name an empty or a new folder for the state"
        case .notAFolder(let path):
            "\(path) is not a folder: name a folder for the state, or move the file away"
        case .readOnly(let path):
            "\(path) cannot be written: give the daemon's user write access, or mount the file system read-write"
        case .diskFull(let path):
            "no space left for \(path): free some space, then try again; nothing committed was lost"
        case .locked(let path, let holder):
            "\(path) is in use by \(holder): stop that engramd first, or name another folder"
        case .networkFolder(let path, let kind):
            "\(path) is on a network file system (\(kind)), where SQLite's locks and WAL are not safe: use a local disk"
        case .openToOthers(let path, let mode):
            "\(path) is open to every user (mode \(mode)) and holds keys: run `chmod 700` on it"
        case .system(let doing, let path, let code):
            "could not \(doing) \(path): \(Self.text(code)) (errno \(code))"
        case .newerSchema(let path, let unknown):
            "\(path) was written by a newer engramd (unknown: \(unknown.joined(separator: ", "))): install that version or newer"
        case .damaged(let path, let detail):
            "\(path) is damaged (\(detail)): restore the folder from a backup"
        case .database(let path, let code, let detail):
            "SQLite failed on \(path) with code \(code): \(detail)"
        case .tokenExists, .tokenUnknown, .tokenExpired, .tokenUsed, .tokenForOtherRole, .nameInUse, .serialInUse,
            .identityUnknown:
            trustDescription
        case .runExists, .runUnknown, .runOver, .runCannotBecome, .roundOutOfOrder, .roundCommitted, .uploadConflict:
            runDescription
        case .blobMissing, .blobDamaged, .uploadMissing, .uploadDamaged, .uploadNotBegun, .uploadAtWrongOffset,
            .uploadIncomplete, .uploadTooLarge, .spoolFull:
            fileDescription
        }
    }

    private var trustDescription: String {
        switch self {
        case .tokenExists: "an enrolment token with this secret exists already: make a new one"
        case .tokenUnknown: "the enrolment token is not known here: check that it was copied whole and is for this coordinator"
        case .tokenExpired(let at): "the enrolment token expired at \(Self.date(at)): ask for a new one"
        case .tokenUsed(let name, let at):
            "the enrolment token was already used by \(name) at \(Self.date(at)): each works once, ask for a new one"
        case .tokenForOtherRole(let role): "the enrolment token is for the role \(role.rawValue): ask for one for your role"
        case .nameInUse(let name): "the name \(name) belongs to an active identity: choose another, or revoke that one first"
        case .serialInUse(let serial): "a certificate with the serial \(serial) was already issued: issue a new one"
        case .identityUnknown(let name): "no identity is called \(name): `engram agent ls` lists them"
        default: "the identity was refused"
        }
    }

    private var runDescription: String {
        switch self {
        case .runExists(let run): "there is already a run \(run): choose another id"
        case .runUnknown(let run): "there is no run \(run): `engram run ls` lists them"
        case .runOver(let run, let state): "run \(run) is \(state.rawValue) and takes no more changes: start a new run"
        case .runCannotBecome(let run, let from, let to):
            "run \(run) is \(from.rawValue) and cannot become \(to.rawValue)"
        case .roundOutOfOrder(let run, let expected, let got):
            "run \(run): round \(got) does not follow: \(expected) was expected; another writer was here, load the run again"
        case .roundCommitted(let run, let round):
            "run \(run): round \(round) is committed already, an upload for it comes too late and is not counted"
        case .uploadConflict(let key, let kept, let got):
            "\(key): digest \(kept.hex.prefix(12)) is recorded already, another upload (\(got.hex.prefix(12))) is not counted"
        default: "the run was left as it was"
        }
    }

    private var fileDescription: String {
        switch self {
        case .blobMissing(let digest): "there is no blob \(digest.hex): restore the folder from a backup"
        case .blobDamaged(let digest): "blob \(digest.hex) does not hold the bytes of its name: restore it from a backup"
        case .uploadMissing(let key): "\(key): the spooled file is gone: ask the agent for it again"
        case .uploadDamaged(let key): "\(key): the bytes do not have the digest announced: send the upload again from the start"
        case .uploadNotBegun(let key): "\(key): no transfer is open: begin it first"
        case .uploadAtWrongOffset(let key, let expected, let got):
            "\(key): bytes for offset \(got) came, the next offset is \(expected): continue from there"
        case .uploadIncomplete(let key, let have, let size): "\(key): \(have) of \(size) bytes are here: send the rest first"
        case .uploadTooLarge(let key, let size, let limit):
            "\(key): \(size) bytes are outside what an upload may hold (1 to \(limit)): see SpoolLimits.uploadBytes"
        case .spoolFull(let needed, let used, let limit):
            "the upload spool holds \(used) of \(limit) bytes, \(needed) more do not fit: wait for a round to close, "
                + "or raise SpoolLimits.totalBytes"
        default: "the file was refused"
        }
    }

    private static func text(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }

    private static func date(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }
}
