// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

/// Everything that keeping a coordinator's state can fail with.
package enum StoreError: Error, Equatable {
    // The folder and the files in it
    case notInitialised(path: String)
    case alreadyInitialised(path: String)
    case holdsOtherFiles(path: String)
    case notAFolder(path: String)
    case readOnly(path: String)
    case diskFull(path: String)
    case locked(path: String, by: String)
    case networkFolder(path: String, kind: String)
    case openToOthers(path: String, mode: String)
    case system(doing: String, path: String, code: Int32)

    // The database
    case newerSchema(path: String, unknown: [String])
    case damaged(path: String, detail: String)
    case database(path: String, code: Int, detail: String)

    // Tokens and identities
    case tokenExists
    case tokenUnknown
    case tokenExpired(at: Double)
    case tokenUsed(by: String, at: Double)
    case tokenForOtherRole(IdentityRole)
    case nameInUse(String)
    case serialInUse(String)
    case identityUnknown(String)

    // Runs, rounds and uploads
    case runExists(RunID)
    case runUnknown(RunID)
    case runOver(RunID, RunState)
    case runCannotBecome(RunID, from: RunState, to: RunState)
    case roundOutOfOrder(RunID, expected: Int, got: Int)
    case roundCommitted(RunID, round: Int)
    case uploadConflict(UploadKey, kept: Digest, got: Digest)

    // Blobs and spooled transfers
    case blobMissing(Digest)
    case blobDamaged(Digest)
    case uploadMissing(UploadKey)
    case uploadDamaged(UploadKey)
    case uploadNotBegun(UploadKey)
    case uploadAtWrongOffset(UploadKey, expected: Int, got: Int)
    case uploadIncomplete(UploadKey, have: Int, of: Int)
    case uploadTooLarge(UploadKey, size: Int, limit: Int)
    case spoolFull(needed: Int, used: Int, limit: Int)
}
