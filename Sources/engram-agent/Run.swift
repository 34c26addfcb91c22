// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramAgent
import EngramFederation
import EngramLearning
import EngramSockets
import EngramTransport
import EngramWire
import Logging
import ServiceLifecycle
import UnixSignals

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Takes part in the coordinator's runs until stopped.")

    @Option(help: "The folder given to enroll.") var state: String
    @Option(help: "This agent's shard, a safetensors file.") var shard: String
    @Option(help: "The coordinator's HOST:PORT, if it has moved since enrolment.") var coordinator: String?
    @OptionGroup var options: TrainerOptions
    @Option(
        help: ArgumentHelp("Do harm, for experiments: see engram local --attack.", visibility: .hidden)) var attack: String?
    @Option(
        help: ArgumentHelp("ID=FILE: another attacker and its shard; may be repeated.", visibility: .hidden)) var accomplice:
        [String] = []
    @Option(help: "trace, debug, info, notice, warning, error or critical.", transform: LogLevel.parse) var logLevel = Logger
        .Level.info

    func run() async throws {
        Process.ignoreBrokenPipes()
        var log = Logger(label: "engram-agent", factory: { StreamLogHandler.standardError(label: $0) })
        log.logLevel = logLevel
        let folder = try AgentFolder(state)
        guard folder.identity.exists, let name = try folder.identity.name(), let id = AgentID(name) else {
            throw AgentError.notEnrolled(path: state)
        }
        let read = try ShardFile.read(shard)
        if attack != nil, options.trainer != nil {
            throw ValidationError("--attack is for agents that train the built-in network")
        }
        let limits = WireLimits()
        let trainer = LocalTrainer(
            id: id, shard: read, memories: folder.memories, deployment: folder.deployment, secret: try folder.secret(),
            attacker: try attacker(id, read), trainer: options.learner(of: shard, read, agent: name, log: log))
        let service = AgentService(
            transport: try folder.identity.transport(to: coordinator, reactor: try Reactor(), limits: limits),
            trainer: trainer, software: Software.name, limits: limits, log: log)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: AgentRunner(service: service))], cancellationSignals: [.sigterm, .sigint], logger: log))
        do {
            try await group.run()
        } catch {
            await trainer.close()
            throw error
        }
        await trainer.close()
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

/// Log levels on the command line.
private enum LogLevel {
    static func parse(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            throw ValidationError("--log-level \(text): use \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return level
    }
}
