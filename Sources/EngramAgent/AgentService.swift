// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
package import EngramTransport
package import EngramWire
import Foundation
package import Logging

/// An agent at work: connects, does what comes, reconnects with jittered pauses, for ever.
package struct AgentService: Sendable {
    private let transport: any ClientTransport
    private let trainer: LocalTrainer
    private let software: String
    private let limits: WireLimits
    private let log: Logger
    private let partials = PartialDownloads()
    private let models: ModelShelf

    package init(
        transport: any ClientTransport, trainer: LocalTrainer, software: String, limits: WireLimits, log: Logger
    ) {
        self.transport = transport
        self.trainer = trainer
        self.software = software
        self.limits = limits
        self.log = log
        models = ModelShelf(limits: limits)
    }

    /// Runs until cancelled, or until the coordinator says that trying again would not help.
    package func run() async throws {
        var backoff = Backoff()
        var generator = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            do {
                let end = try await session { backoff.reset() }
                if let final = Self.verdict(end) { throw final }
                log.info("session ended", metadata: ["reason": "\(end)"])
            } catch let error as AgentError {
                throw error
            } catch is CancellationError {
                return
            } catch {
                log.info("no connection", metadata: ["coordinator": "\(transport.destination)", "error": "\(error)"])
            }
            do {
                try await Task.sleep(for: backoff.next(using: &generator))
            } catch {
                return
            }
        }
    }

    /// Refusals after which a new connection would only be refused again.
    private static func verdict(_ end: SessionEnd) -> AgentError? {
        switch end.code {
        case .revoked, .replaced, .notPermitted, .unsupportedVersion, .malformed: .turnedAway(end.code, end.text)
        default: nil
        }
    }

    /// One connection, from hello to its end.
    private func session(opened: () -> Void) async throws -> SessionEnd {
        let stream = try await transport.connect()
        let client = CoordinatorClient(
            stream, role: .agent, software: software, profile: [UInt8](try JSONEncoder.stable.encode(trainer.profile)),
            limits: limits,
            partials: partials)
        let (orders, inbox) = AsyncStream<Message.Work>.makeStream()
        return try await withThrowingTaskGroup(of: SessionEnd?.self) { group in
            group.addTask {
                let end = await client.run { message in
                    switch message {
                    case .work(let work): inbox.yield(work)
                    case .withdraw(let withdrawal):
                        log.info("work withdrawn", metadata: ["run.id": "\(withdrawal.run)", "reason": "\(withdrawal.text)"])
                    default: break
                    }
                }
                inbox.finish()
                return end
            }
            group.addTask {
                for await work in orders { try await perform(work, client) }
                return nil
            }
            if let welcome = try? await client.opened() {
                opened()
                log.info("connected", metadata: ["coordinator": "\(transport.destination)", "agent.id": "\(welcome.peerName)"])
            }
            return try await withTaskCancellationHandler {
                var end = SessionEnd(code: .none, text: "")
                while let result = try await group.next() { if let result { end = result } }
                return end
            } onCancel: {
                client.leave("the agent stops")
            }
        }
    }

    private func perform(_ work: Message.Work, _ client: CoordinatorClient) async throws(AgentError) {
        var log = log
        log[metadataKey: "run.id"] = "\(work.run)"
        log[metadataKey: "round.number"] = "\(work.round)"
        do {
            let assignment = try JSONDecoder().decode(Assignment.self, from: Data(work.body))
            guard assignment.run == work.run, assignment.round == Int(work.round) else {
                throw AgentError.badWork("its body is for another round")
            }
            var blobs: [SlotID: [UInt8]] = [:]
            for blob in work.blobs {
                let delta = assignment.offers.first { $0.slot == blob.name }?.delta
                blobs[blob.name] = try await models.blob(blob.digest, delta: delta, log: log) { try await client.fetch($0) }
            }
            models.keep(Set(work.blobs.map(\.digest)))
            guard let recipe = blobs.removeValue(forKey: .recipe) else { throw AgentError.badWork("it names no recipe") }
            let initial = blobs.removeValue(forKey: .initial)
            let result = try await withTaskCancellationHandler { [blobs] in
                try await trainer.perform(assignment, recipe: recipe, initial: initial, models: blobs)
            } onCancel: {
                trainer.stop()
            }
            let receipt = try await deliver(result.upload, work, client, log)
            if receipt.accepted {
                log.info(
                    "round done", metadata: ["upload.bytes": "\(result.upload.count)", "chosen": "\(result.chosen.rawValue)"])
            } else {
                log.warning("upload not counted", metadata: ["reason": "\(receipt.text)"])
            }
        } catch is CancellationError {
            log.info("work left", metadata: ["reason": "the agent stops"])
        } catch let error as AgentError where error.isFinal {
            log.error("the agent stops", metadata: ["error": "\(error)"])
            client.leave("the agent stops: its trainer has failed")
            throw error
        } catch {
            log.error("work failed", metadata: ["error": "\(error)"])
        }
    }

    /// Uploads until there is a verdict: a coordinator that has no room, or read something else than was sent, gets it again.
    private func deliver(
        _ upload: [UInt8], _ work: Message.Work, _ client: CoordinatorClient, _ log: Logger
    ) async throws -> Message.Receipt {
        // Short enough not to keep a new connection waiting.
        var backoff = Backoff(longest: .seconds(2))
        var generator = SystemRandomNumberGenerator()
        while true {
            let receipt = try await client.upload(upload, run: work.run, round: Int(work.round))
            guard receipt.code == .busy || receipt.code == .digestMismatch else { return receipt }
            log.info("upload not taken yet", metadata: ["reason": "\(receipt.text)"])
            try await Task.sleep(for: backoff.next(using: &generator))
        }
    }
}
