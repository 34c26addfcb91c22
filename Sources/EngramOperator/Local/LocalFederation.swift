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
    private static let width = 4

    private let data: FederationFolder
    private let executables: LocalExecutables
    nonisolated let folder: String
    private let keepsFolder: Bool
    private let orderSeed: UInt64?
    /// Which of the agents do harm.
    private let attack: AttackPlan?
    /// The agents' own trainer.
    private let trainer: String?
    private var daemon: ChildProcess?
    private var agents: [AgentID: ChildProcess] = [:]
    private(set) package var address: String?
    /// Of all agents, one for each shard of the federation folder.
    package nonisolated let ids: [AgentID]

    /// - Parameters:
    ///   - keeping: the folder for states and logs; it stays. Without it a temporary one is made and removed.
    ///   - orderSeed: agents start in an order shuffled by it; in id order without it.
    ///   - attack: which of the agents do harm, and how.
    ///   - trainer: a command by which every agent trains a model of somebody's own; nil: they train the built-in network.
    package init(
        _ data: FederationFolder, executables: LocalExecutables, keeping folder: String? = nil, orderSeed: UInt64? = nil,
        attack: AttackPlan? = nil, trainer: String? = nil
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
                    "model", "--trainer", trainer, "--shard", data.file(of: first), "--seed", String(recipe.seed & 0x7fff_ffff),
                    "--output", file,
                ], log: log("model")))
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

    // MARK: Crashes

    /// Starts the daemon, on the port that it had before if there was one, and waits until it listens.
    package func startDaemon() async throws {
        guard daemon == nil else { return }
        let file = folder + "/port"
        try? FileManager.default.removeItem(atPath: file)
        let child = try ChildProcess(
            name: "engramd", program: executables.daemon,
            arguments: ["run", "--state", state, "--listen", address ?? "127.0.0.1:0", "--port-file", file, "--status", "off"],
            log: log("engramd"))
        daemon = child
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            if let text = try? String(contentsOfFile: file, encoding: .utf8), text.hasSuffix("\n") || text.contains(":") {
                address = text.trimmingCharacters(in: .whitespacesAndNewlines)
                return
            }
            try checkChildren()
            guard ContinuousClock.now < deadline else {
                throw OperatorError.failed("engramd did not begin to listen within a minute; its log ends:\n\(child.lastLines())")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Kills the daemon as a power cut would.
    package func killDaemon() async {
        guard let child = daemon else { return }
        daemon = nil
        child.signal(SIGKILL)
        _ = await child.wait()
    }

    package func restartDaemon() async throws {
        await killDaemon()
        try await startDaemon()
    }

    package func startAgent(_ index: Int) throws { try startAgent(ids[index]) }

    package func startAgent(_ id: AgentID) throws {
        guard agents[id] == nil, let address else { return }
        agents[id] = try ChildProcess(
            name: "agent \(id)", program: executables.agent,
            arguments: ["run", "--state", agentState(id), "--shard", data.file(of: id), "--coordinator", address]
                + (trainer.map { ["--trainer", $0] } ?? []) + hostility(of: id), log: log(id.rawValue))
    }

    /// What makes an attacker of an agent: the attack, and its accomplices' shards.
    private func hostility(of id: AgentID) -> [String] {
        guard let attack, attack.attackers.contains(id) else { return [] }
        let others = attack.attackers.filter { $0 != id }
        return ["--attack", attack.text] + others.flatMap { ["--accomplice", "\($0)=\(data.file(of: $0))"] }
    }

    package func killAgent(_ index: Int) async {
        guard let child = agents.removeValue(forKey: ids[index]) else { return }
        child.signal(SIGKILL)
        _ = await child.wait()
    }

    /// What an agent keeps on disk, the deployed model among it.
    package nonisolated func agentState(_ id: AgentID) -> String { folder + "/agents/\(id)" }

    // MARK: Processes

    private var state: String { folder + "/daemon" }

    private func log(_ name: String) -> String { "\(folder)/logs/\(name).log" }

    private func enrol(_ id: AgentID, _ token: String) async throws {
        try await toEnd(
            ChildProcess(
                name: "engram-agent enroll (\(id))", program: executables.agent,
                arguments: [
                    "enroll", "--state", agentState(id), "--coordinator", address ?? "", "--token", "-", "--name", id.rawValue,
                ], log: log(id.rawValue), input: token + "\n"))
    }

    /// Waits for a child that must do its work and end well; it does not survive a cancellation.
    private func toEnd(_ child: ChildProcess) async throws {
        let code = await withTaskCancellationHandler {
            await child.wait()
        } onCancel: {
            child.signal(SIGTERM)
        }
        try Task.checkCancellation()
        guard code == 0 else {
            throw OperatorError.failed("\(child.name) ended with code \(code); its log ends:\n\(child.lastLines())")
        }
    }

    /// Watches the run and the processes: a child that dies ends the wait with its last words.
    private func watching(_ body: @Sendable @escaping (CoordinatorLink) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [self] in
                try await ask(body)
                return true
            }
            group.addTask { [self] in
                while true {
                    try await Task.sleep(for: .milliseconds(300))
                    try await checkChildren()
                }
            }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
    }

    private func checkChildren() throws {
        let children = ([daemon].compactMap { $0 } + agents.values).filter(\.hasFailed)
        guard let child = children.min(by: { $0.name < $1.name }) else { return }
        throw OperatorError.failed("\(child.name) ended with code \(child.end ?? 0); its log ends:\n\(child.lastLines())")
    }

    private func inParallel<T: Sendable>(_ items: [T], _ body: @Sendable @escaping (T) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, item) in items.enumerated() {
                if index >= Self.width { try await group.next() }
                group.addTask { try await body(item) }
            }
            try await group.waitForAll()
        }
    }
}
