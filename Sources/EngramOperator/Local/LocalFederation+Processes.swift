// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramTransport
package import EngramWire
import Foundation

/// The processes of a local federation: started, watched, and killed on purpose.
extension LocalFederation {
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
                + (trainer?.arguments ?? []) + hostility(of: id), log: log(id.rawValue))
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

    var state: String { folder + "/daemon" }

    func log(_ name: String) -> String { "\(folder)/logs/\(name).log" }

    func enrol(_ id: AgentID, _ token: String) async throws {
        try await toEnd(
            ChildProcess(
                name: "engram-agent enroll (\(id))", program: executables.agent,
                arguments: [
                    "enroll", "--state", agentState(id), "--coordinator", address ?? "", "--token", "-", "--name", id.rawValue,
                ], log: log(id.rawValue), input: token + "\n"))
    }

    /// Waits for a child that must do its work and end well; it does not survive a cancellation.
    func toEnd(_ child: ChildProcess) async throws {
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
    func watching(_ body: @Sendable @escaping (CoordinatorLink) async throws -> Void) async throws {
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

    func checkChildren() throws {
        let children = ([daemon].compactMap { $0 } + agents.values).filter(\.hasFailed)
        guard let child = children.min(by: { $0.name < $1.name }) else { return }
        throw OperatorError.failed("\(child.name) ended with code \(child.end ?? 0); its log ends:\n\(child.lastLines())")
    }

    func inParallel<T: Sendable>(_ items: [T], _ body: @Sendable @escaping (T) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, item) in items.enumerated() {
                if index >= Self.width { try await group.next() }
                group.addTask { try await body(item) }
            }
            try await group.waitForAll()
        }
    }
}
