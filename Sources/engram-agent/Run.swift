// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramAgent
import EngramFederation
import EngramLearning
import EngramLogging
import EngramSockets
import EngramTransport
import EngramWire
import ServiceLifecycle
import UnixSignals

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Takes part in the coordinator's runs until stopped.")

    @Option(help: "The folder given to enroll.") var state: String
    @Option(help: "This agent's shard, a safetensors file.") var shard: String
    @Option(help: "The coordinator's HOST:PORT, if it has moved since enrolment.") var coordinator: String?
    @Option(
        help: ArgumentHelp("Do harm, for experiments: see engram local --attack.", visibility: .hidden)) var attack: String?
    @Option(
        help: ArgumentHelp("ID=FILE: another attacker and its shard; may be repeated.", visibility: .hidden)) var accomplice:
        [String] = []
    @OptionGroup var logging: LogOptions

    func run() async throws {
        Process.ignoreBrokenPipes()
        let log = logging.logger("engram-agent")
        let folder = try AgentFolder(state)
        guard folder.identity.exists, let name = try folder.identity.name(), let id = AgentID(name) else {
            throw AgentError.notEnrolled(path: state)
        }
        let read = try ShardFile.read(shard)
        let limits = WireLimits()
        let service = AgentService(
            transport: try folder.identity.transport(to: coordinator, reactor: try Reactor(), limits: limits),
            trainer: LocalTrainer(
                id: id, shard: read, memories: folder.memories, deployment: folder.deployment, secret: try folder.secret(),
                attacker: try attacker(id, read)),
            profile: AgentProfile(read), software: Software.name, limits: limits, log: log)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: AgentRunner(service: service))], cancellationSignals: [.sigterm, .sigint], logger: log))
        try await group.run()
    }

    /// What this agent does to the others, if it shall.
    private func attacker(_ id: AgentID, _ shard: Shard) throws -> Attacker? {
        guard let attack else { return nil }
        var accomplices = [(id: id, shard: shard)]
        for text in accomplice {
            guard let equals = text.firstIndex(of: "="), let other = AgentID(String(text[..<equals])) else {
                throw ValidationError("--accomplice \(text): write ID=FILE")
            }
            accomplices.append((other, try ShardFile.read(String(text[text.index(after: equals)...]))))
        }
        return Attacker(attack: try AttackPlan.attack(attack), accomplices: accomplices)
    }
}

/// The agent as a service of the process: a signal cancels it.
private struct AgentRunner: Service {
    let service: AgentService

    func run() async throws { try await service.run() }
}
