// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import Foundation
import Testing

@testable import EngramStore

@Suite(.timeLimit(.minutes(5)))
struct BlobStoreTests {
    @Test(arguments: [0, 1, 100_000, 3_000_001], [true, false])
    func whatGoesInComesOut(count: Int, durable: Bool) throws {
        let temporary = try TemporaryFolder()
        let blobs = try BlobStore(at: temporary("blobs"))
        let bytes = Sample.bytes(count)
        let digest = try blobs.put(bytes, durable: durable)
        #expect(digest == Digest(of: bytes))
        #expect(try blobs.read(digest) == bytes)
        #expect(try [UInt8](blobs.map(digest)) == bytes)
        #expect(blobs.size(digest) == count)
        #expect(try blobs.put(bytes, durable: !durable) == digest)
        #expect(blobs.all() == [digest])
        let hex = digest.hex
        #expect(FileManager.default.fileExists(atPath: temporary("blobs/\(hex.prefix(2))/\(hex.dropFirst(2))")))
    }

    @Test func whatIsNotThereIsMissing() throws {
        let temporary = try TemporaryFolder()
        let blobs = try BlobStore(at: temporary("blobs"))
        let digest = Digest(of: [1])
        #expect(!blobs.exists(digest))
        #expect(throws: StoreError.blobMissing(digest)) { try blobs.read(digest) }
        #expect(throws: StoreError.blobMissing(digest)) { try blobs.map(digest) }
    }

    @Test(arguments: [0, 10, 99, 200])
    func damageIsToldAndRepairedByPuttingAgain(size: Int) throws {
        let temporary = try TemporaryFolder()
        let blobs = try BlobStore(at: temporary("blobs"))
        let bytes = Sample.bytes(100)
        let digest = try blobs.put(bytes, durable: false)
        try Data(Sample.bytes(size, seed: 9)).write(to: URL(fileURLWithPath: blobs.path(digest)))
        #expect(throws: StoreError.blobDamaged(digest)) { try blobs.read(digest) }
        #expect(throws: StoreError.blobDamaged(digest)) { try blobs.map(digest) }
        _ = try blobs.put(bytes, durable: true)
        #expect(try blobs.read(digest) == bytes)
    }

    @Test func collectsWhatNobodyKeeps() throws {
        let temporary = try TemporaryFolder()
        let blobs = try BlobStore(at: temporary("blobs"))
        let digests = try (0..<20).map { try blobs.put(Sample.bytes(10, seed: UInt8($0)), durable: false) }
        let removed = try blobs.collect(keeping: [digests[3], digests[7]])
        #expect(removed.blobs == 18 && removed.bytes == 180)
        #expect(blobs.all() == [digests[3], digests[7]].sorted())
        #expect(try blobs.collect(keeping: [digests[3], digests[7]]).blobs == 0)
    }

    @Test func halfWrittenBlobsGoAtTheNextStart() throws {
        let temporary = try TemporaryFolder()
        let kept = try BlobStore(at: temporary("blobs")).put([1, 2, 3], durable: true)
        try Data([1]).write(to: URL(fileURLWithPath: temporary("blobs/incoming/1")))
        let blobs = try BlobStore(at: temporary("blobs"))
        #expect(blobs.all() == [kept])
        #expect(Folders.names(in: temporary("blobs/incoming")).isEmpty)
        _ = try blobs.put([4], durable: true)
    }

    @Test func manyThreadsMayPutTheSame() async throws {
        let temporary = try TemporaryFolder()
        let blobs = try BlobStore(at: temporary("blobs"))
        let digests = try await withThrowingTaskGroup(of: Digest.self) { group in
            for index in 0..<16 { group.addTask { try blobs.put(Sample.bytes(50_000, seed: UInt8(index % 4)), durable: false) } }
            return try await group.reduce(into: Set<Digest>()) { $0.insert($1) }
        }
        #expect(digests.count == 4)
        for digest in digests { #expect(try blobs.read(digest).count == 50_000) }
    }
}
