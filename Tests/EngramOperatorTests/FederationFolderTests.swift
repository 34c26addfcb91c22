// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramOperator
import EngramWire
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct FederationFolderTests {
    @Test("what was written is read back, shard by shard")
    func roundTrip() throws {
        let temporary = try TemporaryFolder()
        let made = try Toy.folder(in: temporary.path)
        let read = try FederationFolder(reading: temporary.path + "/toy")
        #expect(read.manifest == made.manifest)
        #expect(read.manifest.madeBy == .init(command: "test", seed: 7))
        #expect(read.ids.map(\.rawValue) == ["agent-00", "agent-01", "agent-02", "agent-03", "agent-04", "agent-05"])
        let agents = try read.agents()
        for (old, new) in zip(try Toy.agents(), agents) {
            #expect(old.id == new.id)
            #expect(old.shard.data.features == new.shard.data.features)
            #expect(old.shard.data.targets == new.shard.data.targets)
            #expect(old.shard.train == new.shard.train && old.shard.truth == new.shard.truth)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == ["toy"], "nothing is left beside it")
    }

    @Test("a folder is replaced only when asked, and only if it is a federation")
    func replacing() throws {
        let temporary = try TemporaryFolder()
        let path = try Toy.folder(in: temporary.path).path
        let origin = FederationManifest.Origin(command: "again", seed: 1)
        #expect(throws: OperatorError.self) { try FederationFolder.write(Toy.agents(), to: path, name: "n", origin: origin) }
        let fewer = try FederationFolder.write(Toy.agents(2), to: path, name: "n", origin: origin, replacing: true)
        #expect(fewer.ids.count == 2)
        #expect(!FileManager.default.fileExists(atPath: path + "/agent-05.safetensors"))
        try FileManager.default.createDirectory(atPath: temporary.path + "/precious", withIntermediateDirectories: true)
        _ = try temporary.write("mine", "precious/diary.txt")
        #expect(throws: OperatorError.self) {
            try FederationFolder.write(Toy.agents(), to: temporary.path + "/precious", name: "n", origin: origin, replacing: true)
        }
        #expect(FileManager.default.fileExists(atPath: temporary.path + "/precious/diary.txt"))
    }

    @Test(
        "a manifest that lies is refused, and the message says where",
        arguments: [
            ("engram.federation/1", "engram.federation/9", "schema"),
            ("\"agent-01.safetensors\"", "\"../../agent-01.safetensors\"", "agent-01"),
            ("\"agent-01\"", "\"agent-00\"", "listed twice"),
            ("\"agent-01\"", "\"../agent\"", "shards.1.id"),
            ("\"classes\" : 2", "\"classes\" : 0", "classes"),
            ("\"inputs\" : 2", "\"inputs\" : -1", "inputs"),
            ("\"task\" : \"classes\"", "\"task\" : \"poetry\"", "task"),
            ("\"train\" : 30", "\"train\" : -30", "negative"),
            ("\"shards\"", "\"shard\"", "shards"),
            ("{", "[", "JSON"),
        ])
    func hostileManifest(old: String, new: String, says: String) throws {
        let temporary = try TemporaryFolder()
        let folder = try Toy.folder(in: temporary.path)
        try temporary.replace(old, by: new, in: "toy/federation.json")
        let error = #expect(throws: OperatorError.self) { try FederationFolder(reading: folder.path) }
        #expect(error?.status == .badInput)
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "no error")")
    }

    @Test("a shard that is not what the manifest says is refused")
    func differingShards() throws {
        let temporary = try TemporaryFolder()
        let folder = try Toy.folder(in: temporary.path)
        try temporary.replace("\"test\" : 15", by: "\"test\" : 14", in: "toy/federation.json")
        #expect(throws: OperatorError.self) { try FederationFolder(reading: folder.path).agents() }
        try temporary.replace("\"test\" : 14", by: "\"test\" : 15", in: "toy/federation.json")
        #expect(throws: Never.self) { try FederationFolder(reading: folder.path).agents() }
        try temporary.replace("\"truth\" : \"b\"", by: "\"truth\" : \"a\"", in: "toy/federation.json")
        #expect(throws: OperatorError.self) { try FederationFolder(reading: folder.path).agents() }
        _ = try temporary.write([1, 2, 3], "toy/agent-00.safetensors")
        #expect(throws: OperatorError.self) { try FederationFolder(reading: folder.path).shard(folder.manifest.shards[0]) }
        try FileManager.default.removeItem(atPath: folder.path + "/agent-00.safetensors")
        let error = #expect(throws: OperatorError.self) { try FederationFolder(reading: folder.path) }
        #expect(error?.description.contains("agent-00.safetensors") == true)
    }

    @Test("observers' numbers become names whose order is theirs")
    func names() throws {
        #expect(try FederationFolder.named(["2", "10", "eva"]).map(\.rawValue) == ["observer-002", "observer-010", "eva"])
        #expect(FederationFolder.numbered(101).last == AgentID("agent-100"))
        #expect(throws: OperatorError.self) { try FederationFolder.named(["../x"]) }
        #expect(throws: OperatorError.self) { try FederationFolder.named(["eva", "eva"]) }
    }
}
