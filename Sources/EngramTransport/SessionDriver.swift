// SPDX-License-Identifier: Apache-2.0
import EngramLocks
import EngramSockets
package import EngramWire

/// Either side's session machine.
package protocol SessionMachine: Sendable {
    mutating func handle(_ input: SessionInput) -> [SessionAction]
}

extension CoordinatorSessionMachine: SessionMachine {}
extension ClientSessionMachine: SessionMachine {}

/// How a session ended.
package struct SessionEnd: Sendable, CustomStringConvertible {
    package let code: RefusalCode
    package let text: String

    package init(code: RefusalCode, text: String) {
        self.code = code
        self.text = text
    }

    package var description: String { text.isEmpty ? "closed" : text }
}

/// Moves bytes between a connection and a session machine, which decides everything.
///
/// Anybody may `submit`; what the machine lets through goes out in that order. Legal messages of the peer come to the handler one at a time.
package final class SessionDriver<Machine: SessionMachine>: Sendable {
    private struct State: Sendable {
        var machine: Machine
        var deadline = Double.infinity
        var end: SessionEnd?
    }

    private let connection: FramedConnection
    private let codec: MessageCodec
    private let state: Mutex<State>
    private let origin = ContinuousClock.now
    /// The longest sleep between two looks at the deadline: it may have come nearer meanwhile.
    private let tick: Double

    package init(_ connection: FramedConnection, machine: Machine, limits: WireLimits) {
        self.connection = connection
        codec = MessageCodec(limits: limits)
        state = Mutex(State(machine: machine))
        tick = max(0.01, min(1, limits.heartbeatSeconds / 4))
    }

    package var bytesIn: Int { connection.bytesIn }
    package var bytesOut: Int { connection.bytesOut }
    package var remote: String { connection.remote }

    /// Reads the machine, or asks it for something that is no input.
    package func withMachine<T: Sendable>(_ body: (inout Machine) -> T) -> T { state.withLock { body(&$0.machine) } }

    /// Seconds on the clock that the machine is given.
    private var now: Double {
        origin.duration(to: .now).seconds
    }

    /// Runs the session to its end; the handler's calls do not overlap.
    package func run(_ handler: @escaping @Sendable (Message) async -> Void) async -> SessionEnd {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watchDeadlines() }
            async let written: Void = write()
            await deliver(feed(.opened(at: now)), to: handler)
            await read(handler)
            connection.finish()
            // The writer ends by itself once it has sent what is queued; a peer that does not read is cut by the write-stall deadline.
            await written
            group.cancelAll()
        }
        return state.withLock { $0.end } ?? SessionEnd(code: .none, text: "")
    }

    /// Sends a message if the session allows it.
    package func submit(_ message: Message) { _ = feed(.submitted(message, at: now)) }

    /// Sends a long transfer chunk by chunk behind everything else; `next` gives the chunks.
    package func submit(bulk next: @escaping @Sendable () async throws -> Message.Chunk?) {
        connection.send(
            bulk: ClosureBulkSource { [self] in
                guard let chunk = try await next() else { return nil }
                return try permitted(.chunk(chunk))
            })
    }

    /// Ends the session at once.
    package func cut() async { await connection.close() }

    // MARK: Loops

    private func write() async {
        do {
            try await connection.run()
        } catch {
            note(SessionEnd(code: .fault, text: "\(error)"))
        }
        await connection.close()
    }

    private func read(_ handler: @Sendable (Message) async -> Void) async {
        do {
            while let frame = try await connection.receive() {
                let input: SessionInput
                do throws(WireError) {
                    input = .received(try codec.message(frame), at: now)
                } catch {
                    input = .undecodable(error, at: now)
                }
                await deliver(feed(input), to: handler)
                if isOver { return }
            }
            note(SessionEnd(code: .none, text: "the peer closed the connection"))
        } catch let error as WireError {
            _ = feed(.undecodable(error, at: now))
        } catch {
            note(SessionEnd(code: .fault, text: "\(error)"))
        }
    }

    private func watchDeadlines() async {
        while !Task.isCancelled, !isOver {
            let wait = min(tick, max(0.001, state.withLock { $0.deadline } - now))
            do {
                try await Task.sleep(for: .seconds(wait))
            } catch {
                return
            }
            if now >= state.withLock({ $0.deadline }) { _ = feed(.tick(at: now)) }
        }
    }

    private func deliver(_ messages: [Message], to handler: @Sendable (Message) async -> Void) async {
        for message in messages { await handler(message) }
    }

    // MARK: Machine

    private var isOver: Bool { state.withLock { $0.end != nil } }

    private func note(_ end: SessionEnd) {
        state.withLock { if $0.end == nil { $0.end = end } }
    }

    /// Feeds the machine and performs what it answers; the messages to deliver are returned. Sending within the lock keeps the order.
    private func feed(_ input: SessionInput) -> [Message] {
        let (deliveries, closing) = state.withLock { state in
            var deliveries: [Message] = []
            if case .tick = input { state.deadline = .infinity }
            for action in state.machine.handle(input) {
                switch action {
                case .send(let message):
                    if let frame = try? codec.frame(message) { connection.send(frame) }
                case .deliver(let message): deliveries.append(message)
                case .deadline(let at): state.deadline = at
                case .drop: continue
                case .close(let code, let text):
                    if state.end == nil { state.end = SessionEnd(code: code, text: text) }
                }
            }
            return (deliveries, state.end != nil)
        }
        if closing { connection.finish() }
        return deliveries
    }

    /// The frame of a chunk, if the machine lets it through.
    private func permitted(_ message: Message) throws -> Frame? {
        try state.withLock { state in
            for action in state.machine.handle(.submitted(message, at: now)) {
                if case .send(let allowed) = action { return try codec.frame(allowed) }
            }
            return nil
        }
    }
}
