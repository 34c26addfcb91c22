// SPDX-License-Identifier: Apache-2.0
import EngramWire
import Testing

@Suite(.timeLimit(.minutes(5))) struct CoordinatorSessionMachineTests {
    private func machine(_ role: SessionRole, _ change: (inout WireLimits) -> Void = { _ in }) -> CoordinatorSessionMachine {
        var limits = WireLimits()
        change(&limits)
        return CoordinatorSessionMachine(role: role, peerName: "edge-07", clockOffset: 1000, limits: limits)
    }

    private func open(_ role: SessionRole, _ change: (inout WireLimits) -> Void = { _ in }) throws -> CoordinatorSessionMachine {
        var session = machine(role, change)
        _ = session.handle(.opened(at: 0))
        _ = session.handle(.received(try #require(Samples.message("hello")), at: 0))
        #expect(session.isOpen)
        return session
    }

    private func sample(_ name: String) throws -> Message {
        try #require(Samples.message(name))
    }

    private func code(_ actions: [SessionAction]) -> RefusalCode? {
        guard case .close(let code, _) = actions.last else { return nil }
        return code
    }

    @Test func greets() throws {
        var session = machine(.agent)
        #expect(session.handle(.opened(at: 5)) == [.deadline(at: 15)])
        let hello = try sample("hello")
        let welcome = Message.Welcome(version: 1, heartbeatMillis: 15_000, peerName: "edge-07", serverTimeSeconds: 1006)
        #expect(session.handle(.received(hello, at: 6)) == [.send(.welcome(welcome)), .deliver(hello)])
        #expect(session.version == 1)
        // The deadline of the handshake stands until it comes; then that of the heartbeat takes its place.
        #expect(session.handle(.tick(at: 15)) == [.deadline(at: 21)])
    }

    @Test func refusesWithoutACommonVersion() {
        var session = machine(.agent)
        let actions = session.handle(
            .received(.hello(Message.Hello(minVersion: 2, maxVersion: 9, software: "", profile: [])), at: 0))
        #expect(code(actions) == .unsupportedVersion)
        #expect(actions.count == 2)
        #expect(session.handle(.tick(at: 100)) == [])
    }

    @Test func takesTheHighestCommonVersion() {
        #expect(ProtocolVersion.agreed(min: 0, max: 9) == 1)
        #expect(ProtocolVersion.agreed(min: 1, max: 1) == 1)
        #expect(ProtocolVersion.agreed(min: 0, max: 0) == nil)
        #expect(ProtocolVersion.agreed(min: 2, max: 3) == nil)
    }

    @Test func givesUpASlowHandshake() {
        var session = machine(.agent)
        _ = session.handle(.opened(at: 0))
        #expect(session.handle(.tick(at: 9.9)) == [])
        #expect(code(session.handle(.tick(at: 10))) == .handshakeTimeout)
    }

    @Test func givesUpASlowEnrolment() throws {
        var session = try open(.anonymous)
        _ = session.handle(.tick(at: 9))
        #expect(code(session.handle(.tick(at: 10))) == .handshakeTimeout)
        var quick = try open(.anonymous)
        let enrol = try sample("enrol")
        #expect(quick.handle(.received(enrol, at: 1)) == [.deliver(enrol)])
        #expect(quick.handle(.tick(at: 10)).allSatisfy { if case .deadline = $0 { true } else { false } })
        #expect(code(quick.handle(.received(enrol, at: 11))) == .outOfOrder)
    }

    @Test(arguments: Samples.messages.map(\.name).filter { $0 != "hello" })
    func nothingComesBeforeHello(name: String) throws {
        var session = machine(.agent)
        _ = session.handle(.opened(at: 0))
        let actions = session.handle(.received(try sample(name), at: 0))
        #expect(session.isClosed)
        #expect(!actions.contains { if case .deliver = $0 { true } else { false } })
    }

    /// What each role may send once it was welcomed: everything else closes with the code.
    @Test(arguments: SessionRole.allCases, Samples.messages.map(\.name))
    func rolesAreHeldToTheirMessages(role: SessionRole, name: String) throws {
        let allowed: [SessionRole: Set<String>] = [
            .anonymous: ["ping", "pong", "enrol"],
            .agent: ["ping", "pong", "enrol", "fetch", "offer"],
            .operator: ["ping", "pong", "enrol", "fetch", "request"],
        ]
        var session = try open(role)
        let message = try sample(name)
        let actions = session.handle(.received(message, at: 1))
        switch name {
        case "goodbye": #expect(actions == [.deliver(message), .close(.none, "done")])
        case "refuse": #expect(code(actions) == .unsupportedVersion)
        case "ping": #expect(actions == [.send(.pong(nonce: 7))])
        case "pong": #expect(actions == [])
        case "hello": #expect(code(actions) == .outOfOrder)
        case "chunk" where role == .agent: #expect(code(actions) == .outOfOrder)
        case _ where allowed[role]?.contains(name) == true: #expect(actions == [.deliver(message)])
        default: #expect(code(actions) == .notPermitted)
        }
    }

    @Test func undecodableInputIsRefused() throws {
        var session = try open(.agent)
        let actions = session.handle(.undecodable(.unknownKind(99), at: 1))
        #expect(code(actions) == .unknownKind)
        #expect(actions.first == .send(.refuse(Message.Refusal(code: .unknownKind, text: WireError.unknownKind(99).description))))
    }

    @Test func pingsAndGivesUp() throws {
        var session = try open(.agent)
        var nonces: [UInt64] = []
        for beat in 1...3 {
            for action in session.handle(.tick(at: 15 * Double(beat))) {
                if case .send(.ping(let nonce)) = action { nonces.append(nonce) }
            }
        }
        #expect(nonces == [1, 2, 3])
        #expect(code(session.handle(.tick(at: 60))) == .silent)
    }

    @Test func anyMessageIsASignOfLife() throws {
        var session = try open(.agent)
        for beat in 1...50 {
            _ = session.handle(.received(.pong(nonce: 0), at: 14 * Double(beat)))
            let actions = session.handle(.tick(at: 14 * Double(beat) + 1))
            #expect(actions.allSatisfy { if case .deadline = $0 { true } else { false } })
        }
    }

    @Test func aSleepingDriverGivesThePeerItsTime() throws {
        var session = try open(.agent)
        let actions = session.handle(.tick(at: 10_000))
        #expect(actions == [.send(.ping(nonce: 1)), .deadline(at: 10_015)])
    }

    @Test func takesAnUpload() throws {
        var session = try open(.agent)
        let offer = try sample("offer")
        let chunk = try sample("chunk")
        let receipt = try sample("receipt")
        #expect(session.handle(.received(offer, at: 1)) == [.deliver(offer)])
        #expect(session.streamCount == 1)
        let resume = Message.resume(Message.Resume(stream: 3, offset: 1))
        #expect(session.handle(.submitted(resume, at: 1)) == [.send(resume)])
        #expect(session.handle(.received(chunk, at: 2)) == [.deliver(chunk)])
        #expect(session.handle(.submitted(receipt, at: 3)) == [.send(receipt)])
        #expect(session.streamCount == 0)
        // The stream is free again.
        #expect(session.handle(.received(offer, at: 4)) == [.deliver(offer)])
    }

    @Test func chunksNeedAResumedOffer() throws {
        let chunk = try sample("chunk")
        let offer = try sample("offer")
        var early = try open(.agent)
        _ = early.handle(.received(offer, at: 1))
        #expect(code(early.handle(.received(chunk, at: 1))) == .outOfOrder)

        var complete = try open(.agent)
        _ = complete.handle(.received(offer, at: 1))
        _ = complete.handle(.submitted(.resume(Message.Resume(stream: 3, offset: 3)), at: 1))
        #expect(code(complete.handle(.received(chunk, at: 1))) == .outOfOrder)

        var long = try open(.agent)
        _ = long.handle(.received(offer, at: 1))
        _ = long.handle(.submitted(.resume(Message.Resume(stream: 3, offset: 2)), at: 1))
        #expect(code(long.handle(.received(chunk, at: 1))) == .outOfOrder)

        var twice = try open(.agent)
        _ = twice.handle(.received(offer, at: 1))
        #expect(code(twice.handle(.received(offer, at: 1))) == .outOfOrder)
    }

    @Test func chunksAfterARefusalAreForgotten() throws {
        var session = try open(.agent)
        _ = session.handle(.received(try sample("offer"), at: 1))
        _ = session.handle(.submitted(.resume(Message.Resume(stream: 3, offset: 0)), at: 1))
        let refusal = Message.Receipt(stream: 3, run: Samples.run, round: 12, accepted: false, code: .stale, text: "over")
        #expect(session.handle(.submitted(.receipt(refusal), at: 1)) == [.send(.receipt(refusal))])
        #expect(session.handle(.received(.chunk(Message.Chunk(stream: 3, isLast: false, bytes: [1])), at: 2)) == [])
        #expect(session.handle(.received(.chunk(Message.Chunk(stream: 3, isLast: true, bytes: [1, 2])), at: 2)) == [])
        let late = session.handle(.received(.chunk(Message.Chunk(stream: 3, isLast: true, bytes: [1])), at: 2))
        #expect(code(late) == .outOfOrder)
    }

    @Test func tooManyTransfersAreTurnedDown() throws {
        var session = try open(.agent) {
            $0.maxUploads = 1
            $0.maxDownloads = 1
            $0.maxUploadBytes = 10
        }
        func offer(_ stream: UInt32, _ size: UInt64) -> Message {
            .offer(Message.Offer(stream: stream, run: Samples.run, round: 1, size: size, digest: Samples.digest))
        }
        func refusal(_ actions: [SessionAction]) -> RefusalCode? {
            guard actions.count == 1, case .send(.receipt(let receipt)) = actions.first, !receipt.accepted else { return nil }
            return receipt.code
        }
        #expect(refusal(session.handle(.received(offer(1, 11), at: 1))) == .overLimit)
        #expect(session.handle(.received(offer(1, 10), at: 1)) == [.deliver(offer(1, 10))])
        #expect(refusal(session.handle(.received(offer(2, 10), at: 1))) == .busy)
        let first = Message.fetch(Message.Fetch(stream: 4, digest: Samples.digest, offset: 0))
        let second = Message.fetch(Message.Fetch(stream: 5, digest: Samples.digest, offset: 0))
        #expect(session.handle(.received(first, at: 1)) == [.deliver(first)])
        #expect(refusal(session.handle(.received(second, at: 1))) == .busy)
        // The end of the download makes room.
        let chunk = Message.chunk(Message.Chunk(stream: 4, isLast: true, bytes: [1]))
        #expect(session.handle(.submitted(chunk, at: 1)) == [.send(chunk)])
        #expect(session.handle(.received(second, at: 1)) == [.deliver(second)])
    }

    @Test func answersRequests() throws {
        var session = try open(.operator) { $0.maxRequests = 1 }
        let request = try sample("request")
        let response = try sample("response")
        #expect(session.handle(.received(request, at: 1)) == [.deliver(request)])
        #expect(session.handle(.submitted(response, at: 1)) == [.send(response)])
        guard case .drop = session.handle(.submitted(response, at: 1)).first else {
            Issue.record("a second answer was sent")
            return
        }
        _ = session.handle(.received(request, at: 1))
        let more = Message.request(Message.Request(stream: 6, verb: "x", body: []))
        #expect(code(session.handle(.received(more, at: 1))) == .busy)
    }

    @Test func dropsWhatIsSubmittedTooLate() throws {
        var session = machine(.agent)
        let work = try sample("work")
        #expect(session.handle(.submitted(work, at: 0)).first == .drop(work, reason: "the session is not open"))
        var open = try open(.operator)
        #expect(open.handle(.submitted(work, at: 0)) == [.drop(work, reason: "operator clients do not take work")])
        let resume = try sample("resume")
        var agent = try self.open(.agent)
        #expect(agent.handle(.submitted(resume, at: 0)).contains(.send(resume)) == false)
        #expect(agent.handle(.submitted(work, at: 0)) == [.send(work)])
        #expect(agent.handle(.submitted(.goodbye("stop"), at: 0)) == [.send(.goodbye("stop")), .close(.none, "stop")])
    }
}
