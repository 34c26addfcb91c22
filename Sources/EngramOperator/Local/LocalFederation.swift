// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import EngramSockets
import EngramTransport
package import EngramWire
import Foundation

/// A real federation on this machine: one daemon, one agent process per shard, TLS on loopback, all in one private folder.
///
/// `start`, any number of runs on the same daemon and agents, then `stop`, which leaves no process and (unless a folder was given) no
/// file behind. The kill and start calls are there to show that crashes cost nothing.
package actor LocalFederation {
    /// Processes that enrol or start at the same time.
    static let width = 4

    let data: FederationFolder
    let executables: LocalExecutables
    nonisolated let folder: String
    private let keepsFolder: Bool
    private let orderSeed: UInt64?
    /// Which of the agents do harm.
    let attack: AttackPlan?
    /// The agents' own trainer.
    let trainer: Trainer?
    var daemon: ChildProcess?
    var agents: [AgentID: ChildProcess] = [:]
    package internal(set) var address: String?
    /// Of all agents, one for each shard of the federation folder.
    package nonisolated let ids: [AgentID]

    /// - Parameters:
    ///   - keeping: the folder for states and logs; it stays. Without it a temporary one is made and removed.
    ///   - orderSeed: agents start in an order shuffled by it; in id order without it.
    ///   - attack: which of the agents do harm, and how.
    ///   - trainer: by which every agent trains a model of somebody's own; nil: they train the built-in network.
    package init(
        _ data: FederationFolder, executables: LocalExecutables, keeping folder: String? = nil, orderSeed: UInt64? = nil,
        attack: AttackPlan? = nil, trainer: Trainer? = nil
    ) throws(OperatorError) {
        self.data = data
        self.executables = executables
        self.orderSeed = orderSeed
        self.attack = attack
        self.trainer = trainer
        keepsFolder = folder != nil
        ids = data.ids
        let path =
            folder
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("engram-\(UUID().uuidString.prefix(13))").path
        self.folder = URL(fileURLWithPath: path).standardizedFileURL.path
        do {
            try FileManager.default.createDirectory(
                atPath: self.folder + "/logs", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: self.folder)
        } catch {
            throw .failed("\(self.folder): cannot be made: \(error.localizedDescription)")
        }
    }

    // MARK: Start and stop

    /// Makes the state, starts the daemon, enrols every agent and starts it.
    package func start(_ stage: @Sendable (String) -> Void = { _ in }) async throws {
        stage("making keys and certificates")
        try await toEnd(
            ChildProcess(
                name: "engramd init", program: executables.daemon,
                arguments: ["init", "--state", state, "--name", "local", "--host", "127.0.0.1"], log: log("engramd")))
        try await startDaemon()
        stage("enrolling \(Words.count(ids.count, "agent"))")
        let count = ids.count
        var tokens: [String] = []
        while tokens.count < count {
            // The coordinator makes a bounded number at a time.
            let wish = Admin.NewTokens(
                role: "agent", count: min(1000, count - tokens.count), lifetime: 3600, label: "engram local")
            tokens += try await ask { try await $0.ask(.createTokens, wish, as: Admin.Tokens.self).tokens }
        }
        try await inParallel(Array(zip(ids, tokens))) { [self] id, token in try await enrol(id, token) }
        var order = ids
        if let orderSeed { Self.shuffle(&order, seed: orderSeed) }
        stage("starting \(Words.count(ids.count, "agent"))")
        for id in order {
            try Task.checkCancellation()
            try startAgent(id)
        }
    }

    /// Ends every process and removes the temporary folder; may be called at any time, also twice.
    package func stop() async {
        let children = agents.values.sorted { $0.name < $1.name }
        agents = [:]
        await withTaskGroup { group in for child in children { group.addTask { await child.stop() } } }
        if let daemon {
            self.daemon = nil
            await daemon.stop(patience: .seconds(10))
        }
        if !keepsFolder { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// Starts the federation, hands it to `body`, and stops it whatever happens.
    package static func with<T: Sendable>(
        _ federation: LocalFederation, stage: @Sendable (String) -> Void = { _ in },
        _ body: (LocalFederation) async throws -> T
    ) async throws -> T {
        do {
            try await federation.start(stage)
            let result = try await body(federation)
            await federation.stop()
            return result
        } catch {
            await federation.stop()
            throw error
        }
    }

    // MARK: Runs

    /// Runs a recipe to its end and reports.
    package func run(
        _ recipe: Recipe, progress: @escaping @Sendable (Admin.Progress) -> Void = { _ in }
    ) async throws -> Report {
        let started = ContinuousClock.now
        let run = try await begin(recipe)
        try await follow(run, progress)
        let seconds = started.duration(to: .now).seconds
        var report = try await report(of: run)
        report.cost.wallSeconds = seconds
        return report
    }

    /// Starts a run that waits for all agents.
    package func begin(_ recipe: Recipe) async throws -> RunID {
        var recipe = recipe
        recipe.agents = ids.count
        let started = recipe
        return try await ask { try await $0.start(started, as: nil) }.run
    }

    /// The recipe with the trainer's own first model, unless it has a model or there is no trainer.
    package func withFirstModel(_ recipe: Recipe) async throws -> Recipe {
        guard let trainer, recipe.external == nil, let first = ids.first else { return recipe }
        let file = folder + "/model.safetensors"
        try await toEnd(
            ChildProcess(
                name: "engram-agent model", program: executables.agent,
                arguments: [
                    "model", "--shard", data.file(of: first), "--seed", String(recipe.seed & 0x7fff_ffff), "--output", file,
                ] + trainer.arguments, log: log("model")))
        var made = recipe
        try ModelOptions.apply(file, to: &made)
        return made
    }

    /// Follows a run to its end, over restarts of the daemon by `killDaemon` and `startDaemon`.
    package func follow(_ run: RunID, _ progress: @escaping @Sendable (Admin.Progress) -> Void = { _ in }) async throws {
        let last = LastLine()
        while true {
            do {
                try await watching { link in
                    try await link.watch(.init(run: run)) { line in
                        last.set(line.line)
                        progress(line)
                    }
                }
            } catch let error as OperatorError {
                // A daemon that was killed on purpose comes back; anything else is the end.
                guard case .unreachable = error else { throw error }
                try checkChildren()
            }
            switch last.value?.state {
            case "finished": return
            case "failed", "cancelled":
                throw OperatorError.failed(
                    "the run was \(last.value?.state ?? "")" + (last.value?.failure.map { ": \($0)" } ?? ""))
            default: try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// The report of a finished run, with the memory that the processes have used so far.
    package func report(of run: RunID) async throws -> Report {
        var report = try await ask { try await $0.report(.init(run: run)) }
        report.engine = .local
        if let attack { report.setApart(attack) }
        report.cost.agentPeakRssBytes = agents.values.map { ProcessMemory.peak(of: $0.id) }.max() ?? 0
        report.cost.coordinatorPeakRssBytes = daemon.map { ProcessMemory.peak(of: $0.id) } ?? 0
        return report
    }

    /// A question to the daemon.
    package func ask<T: Sendable>(_ body: @Sendable @escaping (CoordinatorLink) async throws -> T) async throws -> T {
        try checkChildren()
        return try await CoordinatorLink.with(IdentityFolder(state + "/operator"), coordinator: address, body)
    }
}
