// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramAgent
import EngramFederation
import EngramLearning
import EngramLogging
import EngramSockets
import EngramTransport
import EngramWire
import Logging
import ServiceLifecycle
import UnixSignals

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes part in the coordinator's runs until stopped.",
        discussion: """
            Enrolled before:   engram-agent run --state DIR --shard FILE
            Enrolled now:      engram-agent run --state DIR --shard FILE --token-file FILE --name NAME --coordinator HOST:PORT
            Started many times alike, each taking a place of its own:
                               engram-agent run --sites DIR --coordinator HOST:PORT
            """)

    @OptionGroup var place: PlaceOptions
    @OptionGroup var options: TrainerOptions
    @Option(
        help: ArgumentHelp("Do harm, for experiments: see engram local --attack.", visibility: .hidden)) var attack: String?
    @Option(
        help: ArgumentHelp("ID=FILE: another attacker and its shard; may be repeated.", visibility: .hidden)) var accomplice:
        [String] = []
    @OptionGroup var logging: LogOptions

    func run() async throws {
        Process.ignoreBrokenPipes()
        let log = logging.logger("engram-agent")
        let place = try place.taken()
        let read = try ShardFile.read(place.shard)
        if attack != nil, options.trainer != nil {
            throw ValidationError("--attack is for agents that train the built-in network")
        }
        let trainer = LocalTrainer(
            id: place.id, shard: read, memories: place.folder.memories, deployment: place.folder.deployment,
            secret: try place.folder.secret(), attacker: try attacker(place.id, read),
            trainer: options.learner(of: place.shard, read, agent: place.id.rawValue, log: log))
        let runner = AgentRunner(place: place, trainer: trainer, log: log)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: runner)], cancellationSignals: [.sigterm, .sigint], logger: log))
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

/// The agent as a service of the process: a signal cancels it, while it waits to be let in too.
private struct AgentRunner: Service {
    let place: AgentPlace
    let trainer: LocalTrainer
    let log: Logger

    func run() async throws {
        let (folder, limits, reactor) = (place.folder, WireLimits(), try Reactor())
        do {
            try await place.enrol(software: Software.name, reactor: reactor, limits: limits, log: log)
        } catch  where _Concurrency.Task.isCancelled {
            return
        }
        let service = AgentService(
            transport: try folder.identity.transport(to: place.coordinator, reactor: reactor, limits: limits),
            trainer: trainer, software: Software.name, limits: limits, log: log)
        try await service.run()
    }
}
