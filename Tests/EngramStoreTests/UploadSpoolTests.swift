// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramWire
import Foundation
import Testing

@testable import EngramStore

@Suite(.timeLimit(.minutes(5)))
struct UploadSpoolTests {
    private let temporary: TemporaryFolder
    private let bytes = Sample.bytes(10_000)
    private var digest: Digest { Digest(of: bytes) }

    init() throws { temporary = try TemporaryFolder() }

    /// A spool on the same files: what a restarted process has.
    private func spool(_ limits: SpoolLimits = .standard) throws -> UploadSpool {
        try UploadSpool(at: temporary("spool"), limits: limits)
    }

    private func partial(_ key: UploadKey, _ digest: Digest) -> String {
        temporary("spool/" + SpoolPaths.file(key, digest, .partial))
    }

    private func uploaded(_ spool: UploadSpool, _ key: UploadKey, _ bytes: [UInt8]) throws -> UploadRecord {
        let start = try spool.begin(key, digest: Digest(of: bytes), size: bytes.count)
        try spool.append(bytes[start...], at: start, to: key)
        return try spool.finish(key)
    }

    @Test func piecesBecomeAnUpload() throws {
        let spool = try spool()
        let key = try Sample.key("a")
        #expect(try spool.begin(key, digest: digest, size: bytes.count) == 0)
        var offset = 0
        while offset < bytes.count {
            offset = try spool.append(bytes[offset..<min(offset + 777, bytes.count)], at: offset, to: key)
        }
        let record = try spool.finish(key)
        #expect(record.key == key && record.digest == digest && record.size == bytes.count)
        #expect(try spool.read(record) == bytes)
        #expect(try spool.read(100..<300, of: record) == Array(bytes[100..<300]))
        #expect(FileManager.default.fileExists(atPath: spool.path(for: record)))
        #expect(temporary("spool/" + record.file) == spool.path(for: record))
        #expect(spool.usedBytes == bytes.count)
        #expect(throws: StoreError.uploadNotBegun(key)) { try spool.finish(key) }
    }

    @Test(arguments: [true, false])
    func aTransferGoesOnWhereItStopped(restarted: Bool) throws {
        let key = try Sample.key("a")
        var current = try spool()
        _ = try current.begin(key, digest: digest, size: bytes.count)
        try current.append(bytes[..<4000], at: 0, to: key)
        if restarted { current = try spool() } else { current.pause(key) }
        #expect(current.usedBytes == (restarted ? 4000 : bytes.count))
        #expect(throws: StoreError.uploadNotBegun(key)) { try current.append(bytes[4000...], at: 4000, to: key) }
        #expect(try current.begin(key, digest: digest, size: bytes.count) == 4000)
        #expect(current.usedBytes == bytes.count)
        try current.append(bytes[4000...], at: 4000, to: key)
        #expect(try current.read(current.finish(key)) == bytes)
    }

    @Test func onlyTheNextOffsetIsTaken() throws {
        let spool = try spool()
        let key = try Sample.key("a")
        _ = try spool.begin(key, digest: digest, size: bytes.count)
        try spool.append(bytes[..<100], at: 0, to: key)
        for offset in [-1, 0, 99, 101, .max] {
            #expect(throws: StoreError.uploadAtWrongOffset(key, expected: 100, got: offset)) {
                try spool.append([1], at: offset, to: key)
            }
        }
        #expect(throws: StoreError.uploadIncomplete(key, have: 100, of: bytes.count)) { try spool.finish(key) }
        #expect(throws: StoreError.uploadTooLarge(key, size: 10_100, limit: bytes.count)) {
            try spool.append(bytes[...], at: 100, to: key)
        }
        // A second connection of the same agent shares the transfer: one of the two falls behind and is told.
        #expect(try spool.begin(key, digest: digest, size: bytes.count) == 100)
    }

    @Test func wrongBytesAreThrownAway() throws {
        let spool = try spool()
        let key = try Sample.key("a")
        _ = try spool.begin(key, digest: digest, size: bytes.count)
        try spool.append(Sample.bytes(bytes.count, seed: 8)[...], at: 0, to: key)
        #expect(throws: StoreError.uploadDamaged(key)) { try spool.finish(key) }
        #expect(spool.usedBytes == 0)
        #expect(try spool.read(uploaded(spool, key, bytes)) == bytes)
    }

    @Test(arguments: [0, 1, 3999])
    func aCutPartialFileIsContinuedFromItsEnd(left: Int) throws {
        let key = try Sample.key("a")
        let first = try spool()
        _ = try first.begin(key, digest: digest, size: bytes.count)
        try first.append(bytes[..<4000], at: 0, to: key)
        try OpenFile(partial(key, digest), .writing).truncate(to: left)
        let second = try spool()
        #expect(try second.begin(key, digest: digest, size: bytes.count) == left)
        try second.append(bytes[left...], at: left, to: key)
        #expect(try second.read(second.finish(key)) == bytes)
    }

    /// Junk inside the announced size shows at the end, junk beyond it at once; both end in a good upload.
    @Test(arguments: [100, 6000, 6001, 50_000])
    func junkBehindAPartialFileIsNoticed(junk: Int) throws {
        let key = try Sample.key("a")
        let first = try spool()
        _ = try first.begin(key, digest: digest, size: bytes.count)
        try first.append(bytes[..<4000], at: 0, to: key)
        let wrote = try OpenFile(partial(key, digest), .writing).write(Sample.bytes(junk, seed: 99)[...], at: 4000)
        #expect(wrote.failure == nil)
        let second = try spool()
        let start = try second.begin(key, digest: digest, size: bytes.count)
        #expect(start == (4000 + junk > bytes.count ? 0 : 4000 + junk))
        try second.append(bytes[start...], at: start, to: key)
        if start > 0 {
            #expect(throws: StoreError.uploadDamaged(key)) { try second.finish(key) }
            #expect(try second.begin(key, digest: digest, size: bytes.count) == 0)
            try second.append(bytes[...], at: 0, to: key)
        }
        #expect(try second.read(second.finish(key)) == bytes)
    }

    @Test func anotherDigestStartsAnew() throws {
        let spool = try spool()
        let key = try Sample.key("a")
        _ = try spool.begin(key, digest: digest, size: bytes.count)
        try spool.append(bytes[..<4000], at: 0, to: key)
        let other = Sample.bytes(500, seed: 1)
        #expect(try spool.begin(key, digest: Digest(of: other), size: 500) == 0)
        #expect(spool.usedBytes == 500)
        #expect(!FileManager.default.fileExists(atPath: partial(key, digest)))
        #expect(try spool.read(uploaded(spool, key, other)) == other)
    }

    @Test func aWholeUploadIsNotReplacedByAnother() throws {
        let spool = try spool()
        let key = try Sample.key("a")
        let first = try uploaded(spool, key, bytes)
        let second = try uploaded(spool, key, Sample.bytes(500, seed: 1))
        #expect(try spool.read(first) == bytes)
        try spool.remove(second)
        #expect(throws: StoreError.uploadMissing(key)) { try spool.read(second) }
        #expect(spool.usedBytes == bytes.count)
    }

    @Test(arguments: [true, false])
    func aFinishedUploadIsVerifiedAgain(intact: Bool) throws {
        let key = try Sample.key("a")
        let record = try uploaded(spool(), key, bytes)
        let path = try spool().path(for: record)
        if !intact { try Data(count: bytes.count).write(to: URL(fileURLWithPath: path)) }
        let again = try spool()
        #expect(try again.begin(key, digest: digest, size: bytes.count) == bytes.count)
        if intact {
            #expect(try again.finish(key) == record)
        } else {
            #expect(throws: StoreError.uploadDamaged(key)) { try again.read(record) }
            #expect(throws: StoreError.uploadDamaged(key)) { try again.finish(key) }
            #expect(try again.begin(key, digest: digest, size: bytes.count) == 0)
        }
    }

    @Test func limitsHold() throws {
        let spool = try spool(SpoolLimits(uploadBytes: 600, totalBytes: 1000))
        let key = try Sample.key("a")
        for size in [-1, 0, 601, .max] {
            #expect(throws: StoreError.uploadTooLarge(key, size: size, limit: 600)) {
                try spool.begin(key, digest: digest, size: size)
            }
        }
        _ = try spool.begin(key, digest: digest, size: 600)
        let other = try Sample.key("b")
        #expect(throws: StoreError.spoolFull(needed: 401, used: 600, limit: 1000)) {
            try spool.begin(other, digest: digest, size: 401)
        }
        // Beginning again does not count twice.
        _ = try spool.begin(key, digest: digest, size: 600)
        _ = try spool.begin(other, digest: digest, size: 400)
        #expect(spool.usedBytes == 1000)
        try spool.remove(Sample.run(), upTo: 1)
        #expect(spool.usedBytes == 0)
        #expect(throws: StoreError.uploadNotBegun(key)) { try spool.append([1], at: 0, to: key) }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func aFullDiskIsToldAndTheTransferGoesOn() throws {
        let spool = try spool()
        let key = try Sample.key("a")
        _ = try spool.begin(key, digest: digest, size: bytes.count)
        try spool.append(bytes[..<4000], at: 0, to: key)
        // The kernel's own full disk stands in for the partial file.
        let path = partial(key, digest)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".aside")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
        #expect(throws: StoreError.diskFull(path: path)) { try spool.append(bytes[4000...], at: 4000, to: key) }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + ".aside", toPath: path)
        #expect(try spool.begin(key, digest: digest, size: bytes.count) == 4000)
        try spool.append(bytes[4000...], at: 4000, to: key)
        #expect(try spool.read(spool.finish(key)) == bytes)
    }

    @Test func roundsAndRunsAreRemovedApart() throws {
        let current = try spool()
        var records: [String: UploadRecord] = [:]
        for run in ["run-1", "run-2", "run-3"] {
            for round in [1, 2, 10] {
                records["\(run)/\(round)"] = try uploaded(current, Sample.key("a", round: round, run: run), bytes)
            }
        }
        func left(_ spool: UploadSpool) -> [String] {
            records.filter { FileManager.default.fileExists(atPath: spool.path(for: $0.value)) }.keys.sorted()
        }
        try current.remove(Sample.run("run-1"), upTo: 2)
        #expect(left(current) == ["run-1/10", "run-2/1", "run-2/10", "run-2/2", "run-3/1", "run-3/10", "run-3/2"])
        #expect(current.usedBytes == 7 * bytes.count)
        let restarted = try spool()
        try restarted.sweep(committed: [Sample.run("run-1"): 2, Sample.run("run-2"): 1])
        #expect(left(restarted) == ["run-1/10", "run-2/10", "run-2/2"])
        #expect(restarted.usedBytes == 3 * bytes.count)
    }

    @Test func transfersRunBesideEachOther() async throws {
        let spool = try spool()
        let records = try await withThrowingTaskGroup(of: UploadRecord.self) { group in
            for index in 0..<16 {
                group.addTask {
                    let bytes = Sample.bytes(20_000, seed: UInt8(index))
                    let key = try Sample.key("a\(index)")
                    _ = try spool.begin(key, digest: Digest(of: bytes), size: bytes.count)
                    for start in stride(from: 0, to: bytes.count, by: 1000) {
                        try spool.append(bytes[start..<start + 1000], at: start, to: key)
                    }
                    return try spool.finish(key)
                }
            }
            return try await group.reduce(into: [UploadRecord]()) { $0.append($1) }
        }
        #expect(records.count == 16 && spool.usedBytes == 320_000)
        for record in records { #expect(try spool.read(record).count == 20_000) }
    }
}
