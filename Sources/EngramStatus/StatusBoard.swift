// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramSockets
import EngramWire
import Foundation
import Logging
import NIOCore

/// Keeps the latest snapshot, ready to be sent, and tells readers of events when there is a newer one.
///
/// However many ask, the coordinator is looked at a few times a second at most. Nothing is kept for a reader but where it is: one that was
/// slow gets the whole snapshot instead of the changes that it missed.
actor StatusBoard {
    /// A snapshot as it is sent.
    struct Posting: Sendable {
        let snapshot: StatusSnapshot
        let json: ByteBuffer
        fileprivate let made: ContinuousClock.Instant

        var revision: Int { snapshot.revision }
    }

    /// The step from one posting to the next.
    struct Step: Sendable {
        let from: Int
        let json: ByteBuffer
    }

    /// Drawing and coding can take long for many agents: not on the threads that serve connections.
    private let thread = ThreadExecutor(name: "engram-status")
    private let source: any StatusSource
    private let limits: StatusLimits
    private let log: Logger
    private var latest: Posting?
    private var making: _Concurrency.Task<Posting, any Error>?
    /// What readers were told last.
    private var told: (posting: Posting, step: Step?)?
    private var readers: [Int: AsyncStream<Void>.Continuation] = [:]
    private var lastReader = 0
    private var isClosed = false
    private var report: (run: RunID, json: ByteBuffer, made: ContinuousClock.Instant)?
    private var checks: (all: [ReadinessCheck], made: ContinuousClock.Instant)?
    private var checking: _Concurrency.Task<[ReadinessCheck], Never>?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    init(source: any StatusSource, limits: StatusLimits, log: Logger) {
        self.source = source
        self.limits = limits
        self.log = log
    }

    // MARK: What is asked for

    /// A snapshot that is at most `refreshSeconds` old.
    func current() async throws -> Posting {
        if let latest, isFresh(latest.made) { return latest }
        return try await renew()
    }

    func report(of run: RunID) async throws -> ByteBuffer? {
        if let report, report.run == run, isFresh(report.made) { return report.json }
        guard let json = try await source.report(of: run) else { return nil }
        let buffer = ByteBuffer(bytes: json)
        report = (run, buffer, .now)
        return buffer
    }

    func readiness() async -> [ReadinessCheck] {
        if let checks, isFresh(checks.made) { return checks.all }
        // A coordinator that is stuck is asked once, however many want to know.
        if let checking { return await checking.value }
        let task = _Concurrency.Task { await source.readiness() }
        checking = task
        defer { checking = nil }
        let all = await task.value
        checks = (all, .now)
        return all
    }

    private func isFresh(_ made: ContinuousClock.Instant) -> Bool { .now - made < .seconds(limits.refreshSeconds) }

    /// A snapshot of now; those who ask meanwhile wait for the same one.
    private func renew() async throws -> Posting {
        if let making { return try await making.value }
        let task = _Concurrency.Task {
            let snapshot = await source.snapshot()
            return Posting(snapshot: snapshot, json: ByteBuffer(bytes: try snapshot.json()), made: .now)
        }
        making = task
        defer { making = nil }
        let posting = try await task.value
        latest = posting
        return posting
    }

    /// A snapshot that has everything that had happened before the call; made no more often than agreed.
    private func upToDate() async throws -> Posting {
        let wanted = source.revision
        while true {
            if let latest, latest.revision >= wanted { return latest }
            if let latest, isFresh(latest.made) {
                try await _Concurrency.Task.sleep(for: .seconds(limits.refreshSeconds))
            } else {
                let posting = try await renew()
                if posting.revision >= wanted { return posting }
            }
        }
    }

    // MARK: Readers of events

    /// A new reader: when its stream has an element it should look whether there is something newer; when the stream ends, so does the reader.
    func subscribe() -> (number: Int, rings: AsyncStream<Void>) {
        let (rings, ringing) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        lastReader += 1
        if isClosed { ringing.finish() } else { readers[lastReader] = ringing }
        return (lastReader, rings)
    }

    func unsubscribe(_ number: Int) { readers.removeValue(forKey: number)?.finish() }

    /// What brings a reader from its revision to the newest one that readers are told of; nil if it has that.
    func news(since revision: Int?) async throws -> (event: String, revision: Int, json: ByteBuffer)? {
        guard let revision else {
            let posting = try await upToDate()
            if told == nil { told = (posting, nil) }
            return ("snapshot", posting.revision, posting.json)
        }
        guard let told, told.posting.revision > revision else { return nil }
        if let step = told.step, step.from == revision { return ("change", told.posting.revision, step.json) }
        return ("snapshot", told.posting.revision, told.posting.json)
    }

    /// Tells readers of every change, with pauses that grow with the snapshot.
    func follow() async throws {
        for await _ in source.changes {
            guard !readers.isEmpty, told.map({ $0.posting.revision < source.revision }) ?? true else { continue }
            let bytes: Int
            do {
                bytes = try await tell()
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                // A picture that cannot be drawn must not end the daemon; readers that ask get the error.
                log.error("the status cannot be told", metadata: ["error": "\(error)"])
                bytes = 0
            }
            try await _Concurrency.Task.sleep(
                for: .seconds(max(limits.refreshSeconds, Double(bytes) / Double(limits.eventBytesPerSecond))))
        }
        try _Concurrency.Task.checkCancellation()
    }

    /// Gives readers the step to the newest snapshot; returns its bytes.
    private func tell() async throws -> Int {
        let posting = try await upToDate()
        var step: Step?
        if let told {
            let change = StatusChange(from: told.posting.snapshot, to: posting.snapshot)
            step = Step(from: told.posting.revision, json: ByteBuffer(bytes: try change.json()))
        }
        told = (posting, step)
        ring()
        return step?.json.readableBytes ?? posting.json.readableBytes
    }

    /// Lets every reader hear something from time to time, so that dead connections are found.
    func beat() async throws {
        while true {
            try await _Concurrency.Task.sleep(for: .seconds(limits.heartbeatSeconds))
            ring()
        }
    }

    private func ring() { for reader in readers.values { reader.yield() } }

    /// Ends all readers; the server is about to stop.
    func close() {
        isClosed = true
        for reader in readers.values { reader.finish() }
        readers = [:]
    }
}
