// SPDX-License-Identifier: Apache-2.0
import EngramCoordinator
import EngramFederation
import EngramStore
import EngramWire
import Foundation
import Testing

/// States that earlier versions left in the middle of a run, as they lay on disk (`Fixtures/states`, named after its newest migration): this version takes them up.
///
/// With a new migration, and with every release, freeze one more: ENGRAM_FREEZE=NAME swift test --filter FrozenStateTests. Folders that are there stay as they are.
@Suite(.timeLimit(.minutes(5))) struct FrozenStateTests {
    private static let places = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Fixtures/states"
    ).path
    private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: places)) ?? []).sorted()
    private static let wanted = ProcessInfo.processInfo.environment["ENGRAM_FREEZE"]
    /// What a daemon or an agent makes for itself, or holds while it lives.
    private static let left = ["tls", "operator", "identity", "engramd.lock", "agent.lock"]
    private static let rounds = 10

    @Test func everySchemaIsHere() throws {
        for schema in Migrations.names {
            #expect(Self.names.contains { $0.hasPrefix(schema) }, "freeze a state of this schema: ENGRAM_FREEZE=\(schema)")
        }
    }

    @Test(arguments: names) func aRunGoesOn(_ name: String) async throws {
        let daemon = try TestDaemon(.memory)
        let fresh = daemon.folder + "/coordinator/"
        for file in try FileManager.default.contentsOfDirectory(atPath: fresh) where !Self.left.contains(file) {
            try FileManager.default.removeItem(atPath: fresh + file)
        }
        for part in ["coordinator", "agents"] { try Self.copy("\(Self.places)/\(name)/\(part)", to: "\(daemon.folder)/\(part)") }
        try await daemon.start()
        let console = try await Console(daemon)
        let before = try await console.report(of: "frozen")
        #expect(before.rounds.count >= 5 && before.rounds.count < Self.rounds, "it was frozen in the middle")
        let agents = try ToyFederation.shards(agents: 6, groups: 2).map { TestAgent($0.id, $0.shard, in: daemon) }
        for agent in agents { try await agent.start(daemon) }
        #expect(try await console.wait(for: "frozen").state == "finished")
        let after = try await console.report(of: "frozen")
        #expect(after.rounds.count == Self.rounds)
        // What was measured stays to the digit; the last one got its test figures afterwards.
        let kept = zip(before.rounds.dropLast(), after.rounds)
        #expect(
            kept.allSatisfy { $0.round == $1.round && $0.loss == $1.loss && $0.metric == $1.metric && $0.bytesUp == $1.bytesUp })
        #expect(Array(after.lineage.prefix(before.lineage.count)) == before.lineage)
        // Memories were taken up too: an agent without its own leaves the run, and only with all of them two groups are found.
        #expect(after.rounds.allSatisfy { $0.participants == 6 })
        #expect(after.summary.adjustedRandIndex == 1)
        for agent in agents { #expect(FileManager.default.fileExists(atPath: agent.deployed + "/frozen.safetensors")) }
        console.leave()
        for agent in agents { await agent.stop() }
        await daemon.kill()
    }

    @Test(.enabled(if: wanted != nil, "it makes what the others read")) func freeze() async throws {
        let place = "\(Self.places)/\(try #require(Self.wanted))"
        try #require(!FileManager.default.fileExists(atPath: place), "a frozen state is never changed")
        let daemon = try TestDaemon(.memory)
        try await daemon.start()
        let console = try await Console(daemon)
        // With all that is kept between rounds: what lossy coding left out, personal models, a group that has split.
        let recipe = try ToyFederation.recipe(
            "constellation-ditto", agents: 6, rounds: Self.rounds,
            "codec: {steps: ['topK(0.5)', int8]}\noptimiser: {rate: 0.2, batch: 8}")
        try await console.start(recipe, as: "frozen")
        let agents = try ToyFederation.shards(agents: 6, groups: 2).map { TestAgent($0.id, $0.shard, in: daemon) }
        for agent in agents { try await agent.start(daemon) }
        while try await console.ask(.showRun, Admin.RunName(run: RunID("frozen")), Admin.RunDetail.self).line.round < 6 {}
        await daemon.kill()
        for agent in agents { await agent.stop() }
        for part in ["coordinator", "agents"] { try Self.copy("\(daemon.folder)/\(part)", to: "\(place)/\(part)") }
    }

    /// File by file, over what is there.
    private static func copy(_ source: String, to target: String) throws {
        let files = FileManager.default
        for file in try files.subpathsOfDirectory(atPath: source).sorted() {
            guard Set(file.split(separator: "/").map(String.init)).isDisjoint(with: left) else { continue }
            var isFolder: ObjCBool = false
            guard unsafe files.fileExists(atPath: "\(source)/\(file)", isDirectory: &isFolder) else { continue }
            if isFolder.boolValue {
                try files.createDirectory(atPath: "\(target)/\(file)", withIntermediateDirectories: true)
            } else {
                let folder = URL(fileURLWithPath: "\(target)/\(file)").deletingLastPathComponent().path
                try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try? files.removeItem(atPath: "\(target)/\(file)")
                try files.copyItem(atPath: "\(source)/\(file)", toPath: "\(target)/\(file)")
            }
        }
    }
}
