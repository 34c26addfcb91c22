// SPDX-License-Identifier: Apache-2.0
import EngramWire
import Testing

@Suite(.timeLimit(.minutes(5))) struct ClientSessionMachineTests {
    private func sample(_ name: String) throws -> Message {
        try #require(Samples.message(name))
    }

    private func code(_ actions: [SessionAction]) -> RefusalCode? {
        guard case .close(let code, _) = actions.last else { return nil }
        return code
    }

    private func open(_ role: SessionRole, _ change: (inout WireLimits) -> Void = { _ in }) throws -> ClientSessionMachine {
        var limits = WireLimits()
        change(&limits)
        var session = ClientSessionMachine(role: role, software: "test", profile: [], limits: limits)
        _ = session.handle(.opened(at: 0))
        _ = session.handle(.received(try sample("welcome"), at: 0))
        #expect(session.isOpen)
        return session
    }

    @Test func greets() throws {
        var session = ClientSessionMachine(
            role: .agent, software: "engram-agent 1.0", profile: Array("{\"n\":450}".utf8), limits: WireLimits())
        #expect(session.handle(.opened(at: 0)) == [.send(try sample("hello")), .deadline(at: 10)])
        let welcome = try sample("welcome")
        #expect(session.handle(.received(welcome, at: 1)) == [.deliver(welcome)])
        #expect(session.welcome?.peerName == "edge-07")
        #expect(session.handle(.tick(at: 10)) == [.deadline(at: 16)])
        #expect(session.handle(.tick(at: 16)) == [.send(.ping(nonce: 1)), .deadline(at: 31)])
    }

    @Test func givesUpASlowHandshake() {
        var session = ClientSessionMachine(role: .agent, software: "", profile: [], limits: WireLimits())
        _ = session.handle(.opened(at: 0))
        #expect(code(session.handle(.tick(at: 10))) == .handshakeTimeout)
    }

    @Test func refusesAVersionThatItDidNotOffer() {
        var session = ClientSessionMachine(role: .agent, software: "", profile: [], limits: WireLimits())
        _ = session.handle(.opened(at: 0))
        let welcome = Message.Welcome(version: 7, heartbeatMillis: 1, peerName: "", serverTimeSeconds: 0)
        #expect(code(session.handle(.received(.welcome(welcome), at: 0))) == .unsupportedVersion)
    }

    @Test(arguments: SessionRole.allCases, Samples.messages.map(\.name))
    func rolesTakeTheirMessagesOnly(role: SessionRole, name: String) throws {
        let delivered: [SessionRole: Set<String>] = [
            .anonymous: ["enrolled"],
            .agent: ["enrolled", "work", "withdraw"],
            .operator: ["enrolled"],
        ]
        var session = try open(role)
        let message = try sample(name)
        let actions = session.handle(.received(message, at: 1))
        switch name {
        case "goodbye": #expect(actions == [.deliver(message), .close(.none, "done")])
        case "refuse": #expect(actions == [.deliver(message), .close(.unsupportedVersion, "no common version")])
        case "ping": #expect(actions == [.send(.pong(nonce: 7))])
        case "pong": #expect(actions == [])
        case _ where delivered[role]?.contains(name) == true: #expect(actions == [.deliver(message)])
        // Answers on streams that nobody opened among them.
        default: #expect(code(actions) == .outOfOrder)
        }
    }

    @Test func downloads() throws {
        var session = try open(.agent)
        _ = session.handle(.received(try sample("work"), at: 1))
        let stream = session.nextStream()
        let fetch = Message.fetch(Message.Fetch(stream: stream, digest: Samples.digest, offset: 1))
        #expect(session.handle(.submitted(fetch, at: 1)) == [.send(fetch)])
        #expect(session.nextStream() != stream)
        let chunk = Message.chunk(Message.Chunk(stream: stream, isLast: true, bytes: [1, 2]))
        #expect(session.handle(.received(chunk, at: 1)) == [.deliver(chunk)])
        #expect(code(session.handle(.received(chunk, at: 1))) == .outOfOrder)
    }

    @Test func downloadsAreHeldToTheSizeThatWorkNamed() throws {
        var session = try open(.agent)
        _ = session.handle(.received(try sample("work"), at: 1))
        _ = session.handle(.submitted(.fetch(Message.Fetch(stream: 1, digest: Samples.digest, offset: 0)), at: 1))
        let long = Message.chunk(Message.Chunk(stream: 1, isLast: true, bytes: [1, 2, 3, 4]))
        #expect(code(session.handle(.received(long, at: 1))) == .outOfOrder)
    }

    @Test func uploads() throws {
        var session = try open(.agent)
        let offer = try sample("offer")
        let resume = try sample("resume")
        let chunk = try sample("chunk")
        let receipt = try sample("receipt")
        #expect(session.handle(.submitted(offer, at: 1)) == [.send(offer)])
        #expect(session.handle(.received(resume, at: 1)) == [.deliver(resume)])
        #expect(session.handle(.submitted(chunk, at: 1)) == [.send(chunk)])
        #expect(session.handle(.received(receipt, at: 1)) == [.deliver(receipt)])
        #expect(code(session.handle(.received(receipt, at: 1))) == .outOfOrder)
    }

    @Test func stopsSendingAfterARefusal() throws {
        var session = try open(.agent)
        _ = session.handle(.submitted(try sample("offer"), at: 1))
        _ = session.handle(.received(try sample("resume"), at: 1))
        let refusal = Message.receipt(
            Message.Receipt(stream: 3, run: Samples.run, round: 12, accepted: false, code: .stale, text: ""))
        #expect(session.handle(.received(refusal, at: 1)) == [.deliver(refusal)])
        let chunk = try sample("chunk")
        #expect(
            session.handle(.submitted(chunk, at: 1)) == [
                .drop(chunk, reason: WireError.outOfOrder("the upload on stream 3 was refused").description)
            ])
        #expect(session.isOpen)
    }

    @Test func collectsAnswersUpToTheLimit() throws {
        var session = try open(.operator) { $0.maxResponseBytes = 5 }
        let request = try sample("request")
        #expect(session.handle(.submitted(request, at: 1)) == [.send(request)])
        #expect(session.handle(.submitted(request, at: 1)) == [.drop(request, reason: "stream 5 is in use")])
        func piece(_ count: Int, _ isLast: Bool) -> Message {
            .response(
                Message.Response(stream: 5, status: 200, isLast: isLast, body: [UInt8](repeating: 1, count: count)))
        }
        #expect(session.handle(.received(piece(3, false), at: 1)) == [.deliver(piece(3, false))])
        #expect(code(session.handle(.received(piece(3, true), at: 1))) == .overLimit)
    }

    /// Both machines back to back: whatever one sends is legal for the other.
    @Test(arguments: [UInt64(1), 2, 3])
    func twoMachinesAgree(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        var limits = WireLimits()
        limits.chunkBytes = 7
        var client = ClientSessionMachine(role: .agent, software: "t", profile: [], limits: limits)
        var server = CoordinatorSessionMachine(role: .agent, peerName: "t", clockOffset: 0, limits: limits)
        var toServer: [Message] = []
        var toClient: [Message] = []
        var sizes: [UInt32: UInt64] = [:]
        var receipts = 0
        func sent(_ actions: [SessionAction]) -> [Message] {
            actions.compactMap { if case .send(let message) = $0 { message } else { nil } }
        }
        toServer += sent(client.handle(.opened(at: 0)))
        _ = server.handle(.opened(at: 0))
        for step in 0..<2000 {
            let now = Double(step)
            if client.isOpen, random.below(10) == 0 {
                let offer = Message.Offer(
                    stream: client.nextStream(), run: Samples.run, round: 1, size: UInt64(random.below(40)),
                    digest: Samples.digest)
                sizes[offer.stream] = offer.size
                toServer += sent(client.handle(.submitted(.offer(offer), at: now)))
            }
            if random.below(2) == 0, !toServer.isEmpty {
                for case .deliver(.offer(let offer)) in deliver(toServer.removeFirst(), to: &server, at: now, replies: &toClient)
                {
                    let offset = UInt64(random.below(Int(offer.size) + 1))
                    let resume = Message.resume(Message.Resume(stream: offer.stream, offset: offset))
                    toClient += sent(server.handle(.submitted(resume, at: now)))
                    // A coordinator that changes its mind while chunks are under way.
                    if offset == offer.size || random.below(3) == 0 {
                        toClient += sent(server.handle(.submitted(.receipt(.acceptance(of: offer)), at: now)))
                    }
                }
            }
            if random.below(2) == 0, !toClient.isEmpty {
                let message = toClient.removeFirst()
                for case .deliver(let delivered) in client.handle(.received(message, at: now)) {
                    if case .receipt = delivered { receipts += 1 }
                    guard case .resume(let resume) = delivered else { continue }
                    for piece in try chunks(of: sizes[resume.stream] ?? 0, after: resume, limits: limits) {
                        toServer += sent(client.handle(.submitted(piece, at: now)))
                    }
                }
            }
            #expect(!client.isClosed && !server.isClosed)
        }
        #expect(receipts > 5)
    }

    private func deliver(
        _ message: Message, to server: inout CoordinatorSessionMachine, at now: Double, replies: inout [Message]
    ) -> [SessionAction] {
        let actions = server.handle(.received(message, at: now))
        for case .send(let reply) in actions { replies.append(reply) }
        if case .chunk(let chunk) = message, chunk.isLast {
            let receipt = Message.Receipt(stream: chunk.stream, run: nil, round: 1, accepted: true, code: .none, text: "")
            for case .send(let reply) in server.handle(.submitted(.receipt(receipt), at: now)) { replies.append(reply) }
        }
        return actions
    }

    private func chunks(of size: UInt64, after resume: Message.Resume, limits: WireLimits) throws -> [Message] {
        var transfer = try OutgoingTransfer(size: size, from: resume.offset, direction: .upload, limits: limits)
        var chunks: [Message] = []
        while let piece = transfer.next() {
            let bytes = [UInt8](repeating: 1, count: piece.range.count)
            chunks.append(.chunk(Message.Chunk(stream: resume.stream, isLast: piece.isLast, bytes: bytes)))
        }
        return chunks
    }
}
