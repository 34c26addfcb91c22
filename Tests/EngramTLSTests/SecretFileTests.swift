// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EngramTLS

@Suite(.timeLimit(.minutes(5)))
struct SecretFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("engram-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try SecretFile.makeFolder(folder + "/a/b")
        try body(folder + "/a/b")
    }

    private func mode(_ path: String) throws -> Int {
        let value = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        return try #require(value as? NSNumber).intValue
    }

    @Test func filesAndFoldersArePrivate() throws {
        try withFolder { folder in
            #expect(try mode(folder) == 0o700)
            try SecretFile.write("first", to: folder + "/key")
            try SecretFile.write("second", to: folder + "/key")
            #expect(try SecretFile.read(folder + "/key") == "second")
            #expect(try mode(folder + "/key") == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["key"])
            try SecretFile.makeFolder(folder)
        }
    }

    @Test func openFilesAreRefused() throws {
        try withFolder { folder in
            try SecretFile.write("x", to: folder + "/key")
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder + "/key")
            let failure = #expect(throws: TLSError.self) { try SecretFile.read(folder + "/key") }
            #expect(failure?.description.contains("chmod 600") == true)
            let missing = #expect(throws: TLSError.self) { try SecretFile.read(folder + "/none") }
            #expect(missing?.description.contains("No such file") == true)
            #expect(throws: TLSError.self) { try SecretFile.write("x", to: folder + "/none/key") }
        }
    }
}
