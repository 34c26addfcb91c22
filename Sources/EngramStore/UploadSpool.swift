// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramLocks
package import EngramWire

/// Where uploads are written down as they arrive, until their round closes.
///
/// A transfer is begun, filled in order, and finished, which verifies its digest. It can be continued after a broken connection
/// or a killed process: `begin` says from which offset. Nothing here waits for the disk: an agent keeps its upload until the
/// round is committed, so what a loss of power destroys is sent again, and a damaged file is noticed by its digest. Safe to use
/// from several threads; two transfers do not wait for each other.
package final class UploadSpool: Sendable {
    private let root: String
    private let limits: SpoolLimits
    private let state: Mutex<State>

    private struct State {
        var ledger = SpoolLedger()
        var transfers: [UploadKey: SpooledTransfer] = [:]
    }

    /// The spool of a state folder; files of an earlier process are kept and count.
    package convenience init(in folder: StateFolder, limits: SpoolLimits) throws(StoreError) {
        try self.init(at: folder.spoolPath, limits: limits)
    }

    init(at root: String, limits: SpoolLimits) throws(StoreError) {
        self.root = root
        self.limits = limits
        try Folders.make(root)
        state = Mutex(State(ledger: Self.ledger(of: root)))
    }

    // MARK: Transfers

    /// Begins or continues a transfer. Another digest than before drops what was there of an unfinished one.
    /// - Returns: the offset to send from: 0 for a new one, `size` when only `finish` is missing.
    /// - Throws: `.uploadTooLarge`, `.spoolFull`, `.diskFull`
    package func begin(_ key: UploadKey, digest: Digest, size: Int) throws(StoreError) -> Int {
        guard size > 0, size <= limits.uploadBytes else {
            throw .uploadTooLarge(key, size: size, limit: limits.uploadBytes)
        }
        return try state.withLock { (state) throws(StoreError) in
            if let open = state.transfers[key], open.digest == digest, open.size == size { return open.offset }
            state.transfers[key] = nil
            for other in state.ledger.digests(of: key) where other != digest {
                try removePartial(key, other, in: &state)
            }
            let used = state.ledger.total - state.ledger.charge(key, digest)
            guard size <= limits.totalBytes - used else {
                throw .spoolFull(needed: size, used: used, limit: limits.totalBytes)
            }
            let transfer = try open(key, digest: digest, size: size)
            state.ledger.set(key, digest, size)
            state.transfers[key] = transfer
            return transfer.offset
        }
    }

    /// Writes the next bytes of a transfer.
    /// - Returns: the next offset.
    /// - Throws: `.uploadNotBegun`, `.uploadAtWrongOffset`, `.uploadTooLarge` past the announced size; `.diskFull`, after which
    ///   the transfer can go on from the offset that `begin` gives.
    @discardableResult
    package func append(_ bytes: ArraySlice<UInt8>, at offset: Int, to key: UploadKey) throws(StoreError) -> Int {
        try transfer(key).append(bytes, at: offset)
    }

    /// Verifies the digest and keeps the upload.
    /// - Returns: what to record in the state store.
    /// - Throws: `.uploadNotBegun`, `.uploadIncomplete`; `.uploadDamaged`, and the transfer starts again from 0
    package func finish(_ key: UploadKey) throws(StoreError) -> UploadRecord {
        let transfer = try transfer(key)
        do {
            try transfer.finish()
        } catch .uploadDamaged {
            state.withLock { state in
                state.ledger.drop(key, transfer.digest)
                if state.transfers[key] === transfer { state.transfers[key] = nil }
            }
            throw .uploadDamaged(key)
        }
        state.withLock { state in
            if state.transfers[key] === transfer { state.transfers[key] = nil }
        }
        return UploadRecord(
            key: key, digest: transfer.digest, size: transfer.size, file: SpoolPaths.file(key, transfer.digest, .whole))
    }

    /// Forgets an open transfer, for a connection that broke; its partial file stays, to be continued.
    package func pause(_ key: UploadKey) {
        state.withLock { $0.transfers[key] = nil }
    }

    // MARK: Whole uploads

    package func path(for upload: UploadRecord) -> String {
        root + "/" + SpoolPaths.file(upload.key, upload.digest, .whole)
    }

    /// The upload's bytes, verified.
    /// - Throws: `.uploadMissing`, `.uploadDamaged`: forget it and ask the agent again.
    package func read(_ upload: UploadRecord) throws(StoreError) -> [UInt8] {
        guard Folders.fileSize(path(for: upload)) != nil else { throw .uploadMissing(upload.key) }
        let bytes = try OpenFile(path(for: upload), .reading).read(upload.size, at: 0)
        guard Digest(of: bytes) == upload.digest else { throw .uploadDamaged(upload.key) }
        return bytes
    }

    /// Some of the upload's bytes, not verified (a slice has no digest): read the whole once before.
    /// - Throws: `.uploadMissing`; `.uploadDamaged` when the file ends before the range does
    package func read(_ range: Range<Int>, of upload: UploadRecord) throws(StoreError) -> [UInt8] {
        guard Folders.fileSize(path(for: upload)) != nil else { throw .uploadMissing(upload.key) }
        guard range.lowerBound >= 0, range.upperBound <= upload.size else { throw .uploadDamaged(upload.key) }
        let bytes = try OpenFile(path(for: upload), .reading).read(range.count, at: range.lowerBound)
        guard bytes.count == range.count else { throw .uploadDamaged(upload.key) }
        return bytes
    }

    /// Bytes that the spool counts for now, announced ones included.
    package var usedBytes: Int { state.withLock { $0.ledger.total } }

    // MARK: Removal

    /// Removes one upload, for example one that the state store refused to record.
    package func remove(_ upload: UploadRecord) throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            try Folders.removeFile(path(for: upload))
            state.ledger.drop(upload.key, upload.digest)
        }
    }

    /// Removes everything of the run's rounds up to this one: call it after the round's commit.
    package func remove(_ run: RunID, upTo round: Int) throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in try remove(run, upTo: round, in: &state) }
    }

    /// Removes what no run can use any more: call it once at the start, with every run's last committed round. A run that is not
    /// named loses everything.
    package func sweep(committed: [RunID: Int]) throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            for run in Folders.names(in: root).compactMap(SpoolPaths.run) {
                try remove(run, upTo: committed[run] ?? .max, in: &state)
            }
        }
    }

    // MARK: Inside the lock

    private func remove(_ run: RunID, upTo round: Int, in state: inout State) throws(StoreError) {
        state.transfers = state.transfers.filter { $0.key.run != run || $0.key.round > round }
        let folder = root + "/" + SpoolPaths.folder(of: run)
        for name in Folders.names(in: folder) {
            guard let found = SpoolPaths.round(name), found <= round else { continue }
            try Folders.removeTree(folder + "/" + name)
        }
        state.ledger.drop(run, upTo: round)
        if round == .max { try Folders.removeTree(folder) }
    }

    private func removePartial(_ key: UploadKey, _ digest: Digest, in state: inout State) throws(StoreError) {
        // A whole one may be recorded already: whether it counts is the state store's decision.
        guard Folders.fileSize(root + "/" + SpoolPaths.file(key, digest, .whole)) == nil else { return }
        try Folders.removeFile(root + "/" + SpoolPaths.file(key, digest, .partial))
        state.ledger.drop(key, digest)
    }

    private func open(_ key: UploadKey, digest: Digest, size: Int) throws(StoreError) -> SpooledTransfer {
        let partial = root + "/" + SpoolPaths.file(key, digest, .partial)
        let whole = root + "/" + SpoolPaths.file(key, digest, .whole)
        if let found = Folders.fileSize(whole) {
            if found == size {
                // Finished before; a loss of power may have emptied it since, so it is verified again where it is.
                return SpooledTransfer(key: key, digest: digest, size: size, partial: whole, whole: whole, offset: size)
            }
            try Folders.removeFile(whole)
        }
        try Folders.make(root + "/" + SpoolPaths.folder(of: key.run))
        try Folders.make(root + "/" + SpoolPaths.folder(of: key))
        let file = try OpenFile(partial, .creating)
        var offset = try file.size()
        if offset > size {
            try file.truncate(to: 0)
            offset = 0
        }
        return SpooledTransfer(key: key, digest: digest, size: size, partial: partial, whole: whole, offset: offset)
    }

    private func transfer(_ key: UploadKey) throws(StoreError) -> SpooledTransfer {
        guard let transfer = state.withLock({ $0.transfers[key] }) else { throw .uploadNotBegun(key) }
        return transfer
    }

    private static func ledger(of root: String) -> SpoolLedger {
        var ledger = SpoolLedger()
        for runName in Folders.names(in: root) {
            guard let run = SpoolPaths.run(runName) else { continue }
            for roundName in Folders.names(in: root + "/" + runName) {
                guard let round = SpoolPaths.round(roundName) else { continue }
                let folder = root + "/" + runName + "/" + roundName
                for name in Folders.names(in: folder) {
                    guard let found = SpoolPaths.upload(name), let size = Folders.fileSize(folder + "/" + name) else { continue }
                    ledger.set(UploadKey(run: run, round: round, agent: found.agent), found.digest, size)
                }
            }
        }
        return ledger
    }
}
