// SPDX-License-Identifier: Apache-2.0
import EngramAgent
import EngramFederation
import EngramLearning
import EngramTLS
import EngramTransport
import EngramWire
import Foundation
import Logging

/// An agent in this process, on a folder that outlives it.
final class TestAgent {
    let id: AgentID
    private let shard: Shard
    let folder: String
    /// What the agent says in its log.
    let notes = LogNotes()
    /// Nil for an honest agent.
    var attacker: Attacker?
    /// The command of its own trainer; nil: it trains the built-in network.
    var trainer: String?
    var trainerLimits = TrainerLimits()
    private var running: _Concurrency.Task<Void, any Error>?

    /// `folder` is for a second agent of the same name.
    init(_ id: AgentID, _ shard: Shard, in daemon: TestDaemon, folder name: String? = nil) {
        self.id = id
        self.shard = shard
        folder = daemon.folder + "/agents/" + (name ?? id.rawValue)
    }

    func start(_ daemon: TestDaemon) async throws {
        let transport = try await daemon.client(id.rawValue, .agent)
        let state = try AgentFolder(folder)
        var log = notes.logger("agent")
        log[metadataKey: "agent"] = "\(id)"
        let local = LocalTrainer(
            id: id, shard: shard, memories: state.memories, deployment: state.deployment, secret: try state.secret(),
            attacker: attacker, trainer: try learner(log))
        let service = AgentService(
            transport: transport, trainer: local, software: "test", limits: WireLimits(), log: log)
        running = _Concurrency.Task {
            let result: Result<Void, any Error>
            do { result = .success(try await service.run()) } catch { result = .failure(error) }
            await local.close()
            _ = state
            try result.get()
        }
    }

    private func learner(_ log: Logger) throws -> ExternalTrainer? {
        guard let trainer else { return nil }
        let file = folder + "/shard.safetensors"
        try DurableFile.write(shard.safetensors(), to: file)
        return ExternalTrainer(
            command: trainer, place: .init(shardPath: file, shard: shard, agent: id.rawValue), limits: trainerLimits, log: log)
    }

    var deployed: String { folder + "/deployed" }

    func stop() async {
        running?.cancel()
        _ = await running?.result
        running = nil
    }

    /// How it ended by itself.
    func result() async -> Result<Void, any Error>? { await running?.result }
}
