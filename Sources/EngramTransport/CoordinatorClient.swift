// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramLocks
package import EngramWire

/// One connection to a coordinator, as calls: fetch a blob, upload, ask, enrol. Agents and operators use it alike.
package final class CoordinatorClient: Sendable {
    private typealias Waiter<T: Sendable> = CheckedContinuation<T, any Error>

    private struct Download {
        let digest: Digest
        var bytes: [UInt8]
        let waiter: Waiter<[UInt8]>
    }

    private struct Upload {
        let bytes: [UInt8]
        let waiter: Waiter<Message.Receipt>
    }

    private struct Call {
        let piece: @Sendable (UInt16, [UInt8]) -> Void
        let waiter: Waiter<UInt16>
    }

    private struct State {
        var downloads: [UInt32: Download] = [:]
        var uploads: [UInt32: Upload] = [:]
        var calls: [UInt32: Call] = [:]
        var enrolment: Waiter<Message.Certificates>?
        var opening: [Waiter<Message.Welcome>] = []
        var end: SessionEnd?
    }

    private let driver: SessionDriver<ClientSessionMachine>
    private let partials: PartialDownloads
    private let limits: WireLimits
    private let state = Mutex(State())

    package init(
        _ stream: any ByteStream, role: SessionRole, software: String, profile: [UInt8] = [], limits: WireLimits,
        partials: PartialDownloads = PartialDownloads()
    ) {
        driver = SessionDriver(
            FramedConnection(stream, limits: limits),
            machine: ClientSessionMachine(role: role, software: software, profile: profile, limits: limits), limits: limits)
        self.partials = partials
        self.limits = limits
    }

    package var bytesIn: Int { driver.bytesIn }
    package var bytesOut: Int { driver.bytesOut }

    /// Runs the connection to its end; `work` hears of work and withdrawals, one at a time, and must not wait for this client's calls.
    package func run(_ work: @escaping @Sendable (Message) async -> Void = { _ in }) async -> SessionEnd {
        let end = await driver.run { [self] message in
            if !take(message) { await work(message) }
        }
        finish(end)
        return end
    }

    /// Waits until the coordinator has welcomed this client.
    package func opened() async throws -> Message.Welcome {
        try await withCheckedThrowingContinuation { waiter in
            if let welcome = driver.withMachine({ $0.welcome }) { return waiter.resume(returning: welcome) }
            let end = state.withLock { state in
                if state.end == nil { state.opening.append(waiter) }
                return state.end
            }
            if let end { return waiter.resume(throwing: ClientError.sessionEnded(end)) }
            // It may have come between the look and the note.
            if let welcome = driver.withMachine({ $0.welcome }) { welcomed(welcome) }
        }
    }

    private func welcomed(_ welcome: Message.Welcome) {
        let waiters = state.withLock { state in
            defer { state.opening = [] }
            return state.opening
        }
        for waiter in waiters { waiter.resume(returning: welcome) }
    }

    /// A blob by its digest, which is checked; what a cut connection left behind is not asked for again.
    package func fetch(_ digest: Digest) async throws -> [UInt8] {
        let stream = driver.withMachine { $0.nextStream() }
        let begun = partials.take(digest)
        let bytes = try await withCheckedThrowingContinuation { waiter in
            guard register({ $0.downloads[stream] = Download(digest: digest, bytes: begun, waiter: waiter) }, else: waiter) else {
                return
            }
            driver.submit(.fetch(.init(stream: stream, digest: digest, offset: UInt64(begun.count))))
        }
        guard Digest(of: bytes) == digest else { throw ClientError.wrongDigest(digest) }
        return bytes
    }

    /// Uploads for a round; the coordinator says from which offset, and what it thinks of the whole.
    package func upload(_ bytes: [UInt8], run: RunID, round: Int) async throws -> Message.Receipt {
        let stream = driver.withMachine { $0.nextStream() }
        return try await withCheckedThrowingContinuation { waiter in
            guard register({ $0.uploads[stream] = Upload(bytes: bytes, waiter: waiter) }, else: waiter) else { return }
            driver.submit(
                .offer(
                    .init(
                        stream: stream, run: run, round: UInt32(clamping: round), size: UInt64(bytes.count),
                        digest: Digest(of: bytes))))
        }
    }

    /// Asks the coordinator something; the answer's pieces come to `piece` as they arrive. Returns the status, as in HTTP.
    package func request(
        _ verb: String, _ body: [UInt8], piece: @escaping @Sendable (UInt16, [UInt8]) -> Void
    ) async throws -> UInt16 {
        // What cannot be sent would never be answered.
        guard body.count <= limits.maxRequestBytes else {
            throw ClientError.refused(.overLimit, "a request of \(body.count) bytes; at most \(limits.maxRequestBytes) are taken")
        }
        let stream = driver.withMachine { $0.nextStream() }
        return try await withCheckedThrowingContinuation { waiter in
            guard register({ $0.calls[stream] = Call(piece: piece, waiter: waiter) }, else: waiter) else { return }
            driver.submit(.request(.init(stream: stream, verb: verb, body: body)))
        }
    }

    /// Asks and collects the whole answer.
    package func request(_ verb: String, _ body: [UInt8]) async throws -> (status: UInt16, body: [UInt8]) {
        let collected = Mutex<[UInt8]>([])
        let status = try await request(verb, body) { _, piece in collected.withLock { $0 += piece } }
        return (status, collected.withLock { $0 })
    }

    package func enrol(_ request: Message.Enrolment) async throws -> Message.Certificates {
        try await withCheckedThrowingContinuation { waiter in
            guard register({ $0.enrolment = waiter }, else: waiter) else { return }
            driver.submit(.enrol(request))
        }
    }

    /// Says goodbye and ends the connection.
    package func leave(_ why: String = "") { driver.submit(.goodbye(why)) }

    package func cut() async { await driver.cut() }

    // MARK: Messages

    /// Takes the answers to this client's own calls; false for what is the application's.
    private func take(_ message: Message) -> Bool {
        switch message {
        case .welcome(let welcome): welcomed(welcome)
        case .chunk(let chunk):
            let done = state.withLock { state -> Download? in
                state.downloads[chunk.stream]?.bytes += chunk.bytes
                return chunk.isLast ? state.downloads.removeValue(forKey: chunk.stream) : nil
            }
            done?.waiter.resume(returning: done?.bytes ?? [])
        case .resume(let resume): send(resume)
        case .receipt(let receipt):
            let (upload, download) = state.withLock { state in
                (state.uploads.removeValue(forKey: receipt.stream), state.downloads.removeValue(forKey: receipt.stream))
            }
            upload?.waiter.resume(returning: receipt)
            download?.waiter.resume(throwing: ClientError.refused(receipt.code, receipt.text))
        case .response(let response):
            let call = state.withLock { state in
                response.isLast ? state.calls.removeValue(forKey: response.stream) : state.calls[response.stream]
            }
            call?.piece(response.status, response.body)
            if response.isLast { call?.waiter.resume(returning: response.status) }
        case .enrolled(let certificates):
            let waiter = state.withLock { state in
                defer { state.enrolment = nil }
                return state.enrolment
            }
            waiter?.resume(returning: certificates)
        default: return false
        }
        return true
    }

    private func send(_ resume: Message.Resume) {
        guard let upload = state.withLock({ $0.uploads[resume.stream] }),
            let plan = try? OutgoingTransfer(
                size: UInt64(upload.bytes.count), from: resume.offset, direction: .upload, limits: limits)
        else { return }
        let transfer = Mutex(plan)
        driver.submit {
            guard let piece = transfer.withLock({ $0.next() }) else { return nil }
            return Message.Chunk(stream: resume.stream, isLast: piece.isLast, bytes: Array(upload.bytes[piece.range]))
        }
    }

    /// Records a waiter, or tells it that the connection has ended.
    private func register<T>(_ record: (inout State) -> Void, else waiter: Waiter<T>) -> Bool {
        let end = state.withLock { state in
            if state.end == nil { record(&state) }
            return state.end
        }
        if let end { waiter.resume(throwing: ClientError.sessionEnded(end)) }
        return end == nil
    }

    private func finish(_ end: SessionEnd) {
        let old = state.withLock { state in
            defer { state = State(end: end) }
            return state
        }
        let error = ClientError.sessionEnded(end)
        for download in old.downloads.values {
            partials.keep(download.bytes, of: download.digest)
            download.waiter.resume(throwing: error)
        }
        for upload in old.uploads.values { upload.waiter.resume(throwing: error) }
        for call in old.calls.values { call.waiter.resume(throwing: error) }
        for waiter in old.opening { waiter.resume(throwing: error) }
        old.enrolment?.resume(throwing: error)
    }
}
