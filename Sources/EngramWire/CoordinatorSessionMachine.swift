// SPDX-License-Identifier: Apache-2.0

/// The coordinator's side of one connection, as a value.
///
/// It enforces docs/protocol.md ("Sessions"): hello first and once, deadlines, heartbeats, what the role may send, the order of
/// transfers. The driver feeds inputs and performs the actions in order; nothing that a peer sends can trap. After `close`
/// every input gives no action.
package struct CoordinatorSessionMachine: Equatable, Sendable {
    private enum Phase: Equatable, Sendable {
        case greeting, open, closed
    }

    package let role: SessionRole
    /// The version agreed on; nil before hello.
    package private(set) var version: UInt8?
    private let peerName: String
    private let clockOffset: Double
    private let limits: WireLimits
    private var phase = Phase.greeting
    private var heartbeat: Heartbeat?
    /// By when the handshake, and an anonymous peer's enrolment, must be done.
    private var patience: Double?
    private var scheduled: Double?
    private var hasEnrolled = false
    private var uploads: UploadStreams
    private var downloads: Set<UInt32> = []
    private var requests: Set<UInt32> = []

    /// - Parameters:
    ///   - role: from the client's certificate; `anonymous` without one.
    ///   - peerName: the name in the certificate; told to the client.
    ///   - clockOffset: what to add to the times of inputs to get seconds since 1970.
    ///   - limits: what the client is held to, and told.
    package init(role: SessionRole, peerName: String, clockOffset: Double, limits: WireLimits) {
        self.role = role
        self.peerName = peerName
        self.clockOffset = clockOffset
        self.limits = limits
        uploads = UploadStreams(limits: limits)
    }

    package var isOpen: Bool { phase == .open }
    package var isClosed: Bool { phase == .closed }
    /// Transfers and requests under way.
    package var streamCount: Int { uploads.count + downloads.count + requests.count }

    package mutating func handle(_ input: SessionInput) -> [SessionAction] {
        guard phase != .closed else { return [] }
        let now = input.time
        if patience == nil, phase == .greeting { patience = now + limits.handshakeSeconds }
        var actions: [SessionAction] =
            switch input {
            case .opened: []
            case .received(let message, _): received(message, at: now)
            case .undecodable(let error, _): refuse(error)
            case .submitted(let message, _): submitted(message)
            case .tick: tick(at: now)
            }
        if phase != .closed, let deadline = nextDeadline { actions.append(.deadline(at: deadline)) }
        return actions
    }

    // MARK: Time

    private mutating func tick(at now: Double) -> [SessionAction] {
        if let scheduled, now >= scheduled { self.scheduled = nil }
        if let patience, now >= patience {
            return refuse(.handshakeTimeout, phase == .greeting ? "no hello in time" : "no enrolment in time")
        }
        switch heartbeat?.check(at: now) {
        case nil, .healthy: return []
        case .ping(let nonce): return [.send(.ping(nonce: nonce))]
        case .lost: return refuse(.silent, "\(limits.missedHeartbeats) heartbeats went unanswered")
        }
    }

    /// The deadline to ask for, if it is not later than the one that stands: a late one is corrected at the next tick.
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
        if phase == .greeting { return greeted(message, at: now) }
        guard role.maySend(message.kind) else {
            if message.kind == .hello { return refuse(.outOfOrder, "a second hello") }
            return refuse(.notPermitted, "\(role.rawValue) clients do not send \(message.kind)")
        }
        switch message {
        case .ping(let nonce): return [.send(.pong(nonce: nonce))]
        case .pong: return []
        case .goodbye(let text): return close(.none, text, delivering: message)
        case .refuse(let refusal): return close(refusal.code, refusal.text, delivering: message)
        case .enrol:
            guard !hasEnrolled else { return refuse(.outOfOrder, "a second enrolment on one connection") }
            hasEnrolled = true
            patience = nil
            return [.deliver(message)]
        case .offer(let offer): return offered(offer)
        case .chunk(let chunk):
            do {
                return try uploads.accept(chunk) ? [.deliver(message)] : []
            } catch {
                return refuse(error)
            }
        case .fetch(let fetch):
            if let refusal = checkNew(fetch.stream) { return refusal }
            guard downloads.count < limits.maxDownloads else {
                let text = "\(limits.maxDownloads) downloads are under way already"
                return [.send(.receipt(.refusal(of: fetch, code: .busy, text: text)))]
            }
            downloads.insert(fetch.stream)
            return [.deliver(message)]
        case .request(let request):
            if let refusal = checkNew(request.stream) { return refusal }
            guard requests.count < limits.maxRequests else {
                return refuse(.busy, "\(limits.maxRequests) requests are under way already")
            }
            requests.insert(request.stream)
            return [.deliver(message)]
        case .hello, .welcome, .work, .withdraw, .resume, .receipt, .enrolled, .response:
            return refuse(.outOfOrder, "clients do not send \(message.kind)")
        }
    }

    private mutating func greeted(_ message: Message, at now: Double) -> [SessionAction] {
        switch message {
        case .hello(let hello):
            guard let version = ProtocolVersion.agreed(min: hello.minVersion, max: hello.maxVersion) else {
                return refuse(
                    .unsupportedVersion,
                    "this coordinator speaks versions \(ProtocolVersion.oldest) to \(ProtocolVersion.newest), "
                        + "the client \(hello.minVersion) to \(hello.maxVersion)")
            }
            self.version = version
            phase = .open
            patience = role == .anonymous ? now + limits.handshakeSeconds : nil
            heartbeat = Heartbeat(interval: limits.heartbeatSeconds, missedLimit: limits.missedHeartbeats, now: now)
            let millis = UInt32(clamping: Int64(min(max(limits.heartbeatSeconds, 0), 1e6) * 1000))
            let welcome = Message.Welcome(
                version: version, heartbeatMillis: millis, peerName: peerName, serverTimeSeconds: now + clockOffset)
            return [.send(.welcome(welcome)), .deliver(message)]
        case .goodbye(let text): return close(.none, text)
        case .refuse(let refusal): return close(refusal.code, refusal.text)
        default: return refuse(.outOfOrder, "\(message.kind) before hello")
        }
    }

    private mutating func offered(_ offer: Message.Offer) -> [SessionAction] {
        if let refusal = checkNew(offer.stream) { return refusal }
        guard offer.size <= UInt64(max(limits.maxUploadBytes, 0)) else {
            let text = "an upload of \(offer.size) bytes, over the limit of \(limits.maxUploadBytes)"
            return [.send(.receipt(.refusal(of: offer, code: .overLimit, text: text)))]
        }
        guard !uploads.isFull else {
            let text = "\(limits.maxUploads) uploads are under way already"
            return [.send(.receipt(.refusal(of: offer, code: .busy, text: text)))]
        }
        uploads.open(offer)
        return [.deliver(.offer(offer))]
    }

    private mutating func checkNew(_ stream: UInt32) -> [SessionAction]? {
        guard stream != 0, !uploads.isInUse(stream), !downloads.contains(stream), !requests.contains(stream) else {
            return refuse(.outOfOrder, "stream \(stream) is in use")
        }
        return nil
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
        guard role.mayReceive(message.kind) else {
            return [.drop(message, reason: "\(role.rawValue) clients do not take \(message.kind)")]
        }
        switch message {
        case .resume(let resume):
            do {
                try uploads.resume(resume)
            } catch {
                return [.drop(message, reason: error.description)]
            }
        case .receipt(let receipt):
            guard uploads.close(receipt.stream) || downloads.remove(receipt.stream) != nil else {
                return [.drop(message, reason: "stream \(receipt.stream) is not in use")]
            }
        case .chunk(let chunk):
            guard downloads.contains(chunk.stream) else {
                return [.drop(message, reason: "no download is under way on stream \(chunk.stream)")]
            }
            if chunk.isLast { downloads.remove(chunk.stream) }
        case .response(let response):
            guard requests.contains(response.stream) else {
                return [.drop(message, reason: "no request waits on stream \(response.stream)")]
            }
            if response.isLast { requests.remove(response.stream) }
        default: break
        }
        return [.send(message)]
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
