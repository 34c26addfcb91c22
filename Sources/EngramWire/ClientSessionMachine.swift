// SPDX-License-Identifier: Apache-2.0
import EngramBytes

/// The client's side of one connection, of an agent, an operator or a newcomer, as a value.
///
/// The mirror of `CoordinatorSessionMachine`: same inputs, same actions, same promises. It sends hello by itself when opened.
package struct ClientSessionMachine: Equatable, Sendable {
    private enum Phase: Equatable, Sendable {
        case connecting, greeting, open, closed
    }

    package let role: SessionRole
    /// What the coordinator answered to hello.
    package private(set) var welcome: Message.Welcome?
    private let hello: Message.Hello
    private let limits: WireLimits
    private var phase = Phase.connecting
    private var heartbeat: Heartbeat?
    private var patience: Double?
    private var scheduled: Double?
    private var lastStream: UInt32 = 0
    private var uploads: UploadStreams
    private var downloads: [UInt32: TransferMachine] = [:]
    /// Bytes of the answer that came so far, by stream.
    private var requests: [UInt32: Int] = [:]
    /// Sizes of the blobs that work named, so that their downloads are held to them.
    private var announced: [Digest: UInt64] = [:]

    /// `software` is name and version of the program, for the coordinator's log; `profile` what an agent says of itself, as JSON.
    package init(role: SessionRole, software: String, profile: [UInt8], limits: WireLimits) {
        self.role = role
        self.limits = limits
        hello = Message.Hello(
            minVersion: ProtocolVersion.oldest, maxVersion: ProtocolVersion.newest, software: software, profile: profile)
        uploads = UploadStreams(limits: limits)
    }

    package var isOpen: Bool { phase == .open }
    package var isClosed: Bool { phase == .closed }

    /// A stream number that is not in use, for the next fetch, offer or request.
    package mutating func nextStream() -> UInt32 {
        repeat {
            lastStream = lastStream == .max ? 1 : lastStream + 1
        } while isInUse(lastStream)
        return lastStream
    }

    package mutating func handle(_ input: SessionInput) -> [SessionAction] {
        guard phase != .closed else { return [] }
        let now = input.time
        var actions: [SessionAction] =
            switch input {
            case .opened: opened(at: now)
            case .received(let message, _): received(message, at: now)
            case .undecodable(let error, _): refuse(error)
            case .submitted(let message, _): submitted(message)
            case .tick: tick(at: now)
            }
        if phase != .closed, let deadline = nextDeadline { actions.append(.deadline(at: deadline)) }
        return actions
    }

    private func isInUse(_ stream: UInt32) -> Bool {
        uploads.isInUse(stream) || downloads[stream] != nil || requests[stream] != nil
    }

    // MARK: Time

    private mutating func opened(at now: Double) -> [SessionAction] {
        guard phase == .connecting else { return [] }
        phase = .greeting
        patience = now + limits.handshakeSeconds
        return [.send(.hello(hello))]
    }

    private mutating func tick(at now: Double) -> [SessionAction] {
        if let scheduled, now >= scheduled { self.scheduled = nil }
        if let patience, now >= patience { return refuse(.handshakeTimeout, "no welcome in time") }
        switch heartbeat?.check(at: now) {
        case nil, .healthy: return []
        case .ping(let nonce): return [.send(.ping(nonce: nonce))]
        case .lost: return refuse(.silent, "\(limits.missedHeartbeats) heartbeats went unanswered")
        }
    }

    private var nextDeadline: Double? {
        mutating get {
            let due = [heartbeat?.due, patience].compactMap(\.self).min()
            guard let due, due < scheduled ?? .infinity else { return nil }
            scheduled = due
            return due
        }
    }

    // MARK: From the peer

    private mutating func received(_ message: Message, at now: Double) -> [SessionAction] {
        heartbeat?.heard(at: now)
        switch message {
        case .refuse(let refusal): return close(refusal.code, refusal.text, delivering: message)
        case .goodbye(let text): return close(.none, text, delivering: message)
        default: break
        }
        guard phase == .open else { return greeted(message, at: now) }
        guard role.mayReceive(message.kind) else {
            return refuse(.outOfOrder, "the coordinator does not send \(message.kind) to \(role.rawValue) clients now")
        }
        switch message {
        case .ping(let nonce): return [.send(.pong(nonce: nonce))]
        case .pong: return []
        case .work(let work): remember(work.blobs)
        case .resume, .chunk, .receipt, .response:
            do {
                try advance(message)
            } catch {
                return refuse(error)
            }
        default: break
        }
        return [.deliver(message)]
    }

    private mutating func greeted(_ message: Message, at now: Double) -> [SessionAction] {
        guard phase == .greeting, case .welcome(let welcome) = message else {
            return refuse(.outOfOrder, "\(message.kind) before welcome")
        }
        guard (hello.minVersion...hello.maxVersion).contains(welcome.version) else {
            return refuse(.unsupportedVersion, WireError.unsupportedVersion(welcome.version).description)
        }
        // A beat of milliseconds would keep this side busy for nothing, one of days would never notice a dead peer.
        let interval = min(max(Double(welcome.heartbeatMillis) / 1000, 0.05), 3600)
        self.welcome = welcome
        phase = .open
        patience = nil
        heartbeat = Heartbeat(interval: interval, missedLimit: limits.missedHeartbeats, now: now)
        return [.deliver(message)]
    }

    /// Moves the stream of a message.
    private mutating func advance(_ message: Message) throws(WireError) {
        switch message {
        case .resume(let resume):
            try uploads.resume(resume)
        case .receipt(let receipt):
            guard uploads.close(receipt.stream) || downloads.removeValue(forKey: receipt.stream) != nil else {
                throw .outOfOrder("a receipt on stream \(receipt.stream), which is not in use")
            }
        case .chunk(let chunk):
            guard var transfer = downloads[chunk.stream] else {
                throw .outOfOrder("a chunk on stream \(chunk.stream), where no download is under way")
            }
            try transfer.accept(chunk)
            downloads[chunk.stream] = transfer.isComplete ? nil : transfer
        case .response(let response):
            guard let before = requests[response.stream] else {
                throw .outOfOrder("a response on stream \(response.stream), where no request waits")
            }
            let total = before + response.body.count
            guard total <= limits.maxResponseBytes else {
                throw .overLimit(what: "answer to a request", value: total, limit: limits.maxResponseBytes)
            }
            requests[response.stream] = response.isLast ? nil : total
        default: break
        }
    }

    private mutating func remember(_ blobs: [BlobRef]) {
        // Only a check of our own: forgetting everything now and then costs nothing.
        if announced.count > 16 * max(limits.maxBlobsPerWork, 1) { announced = [:] }
        for blob in blobs { announced[blob.digest] = blob.size }
    }

    // MARK: From the layer above

    private mutating func submitted(_ message: Message) -> [SessionAction] {
        switch message {
        case .goodbye(let text):
            return [.send(message)] + close(.none, text)
        case .refuse(let refusal):
            return [.send(message)] + close(refusal.code, refusal.text)
        default: break
        }
        guard phase == .open else { return [.drop(message, reason: "the session is not open")] }
        guard role.maySend(message.kind) else {
            return [.drop(message, reason: "\(role.rawValue) clients do not send \(message.kind)")]
        }
        switch message {
        case .offer, .fetch, .request:
            guard message.stream != 0, !isInUse(message.stream) else {
                return [.drop(message, reason: "stream \(message.stream) is in use")]
            }
        default: break
        }
        do {
            try start(message)
        } catch {
            return [.drop(message, reason: error.description)]
        }
        return [.send(message)]
    }

    private mutating func start(_ message: Message) throws(WireError) {
        switch message {
        case .offer(let offer):
            guard !uploads.isFull else { throw .overLimit(what: "uploads", value: uploads.count + 1, limit: limits.maxUploads) }
            uploads.open(offer)
        case .fetch(let fetch):
            guard downloads.count < limits.maxDownloads else {
                throw .overLimit(what: "downloads", value: downloads.count + 1, limit: limits.maxDownloads)
            }
            downloads[fetch.stream] = try TransferMachine(
                size: announced[fetch.digest], from: fetch.offset, limit: limits.maxBlobBytes)
        case .request(let request):
            guard requests.count < limits.maxRequests else {
                throw .overLimit(what: "requests", value: requests.count + 1, limit: limits.maxRequests)
            }
            requests[request.stream] = 0
        case .chunk(let chunk):
            guard try uploads.accept(chunk) else { throw .outOfOrder("the upload on stream \(chunk.stream) was refused") }
        default: break
        }
    }

    // MARK: Ends

    private mutating func refuse(_ error: WireError) -> [SessionAction] {
        refuse(error.code, error.description)
    }

    private mutating func refuse(_ code: RefusalCode, _ text: String) -> [SessionAction] {
        [.send(.refuse(Message.Refusal(code: code, text: text)))] + close(code, text)
    }

    private mutating func close(_ code: RefusalCode, _ text: String, delivering last: Message? = nil) -> [SessionAction] {
        phase = .closed
        return (last.map { [.deliver($0)] } ?? []) + [.close(code, text)]
    }
}
