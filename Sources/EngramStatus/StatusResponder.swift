// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramWire
import Foundation
import Hummingbird
import NIOCore

/// What an answer needs of the connection.
struct StatusContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
}

/// Answers requests: every path there is, and nothing that changes anything.
struct StatusResponder: HTTPResponder {
    let board: StatusBoard
    let traffic: StatusTraffic
    let hosts: HostPolicy
    let limits: StatusLimits
    private let assets = StatusAssets()

    init(board: StatusBoard, traffic: StatusTraffic, hosts: HostPolicy, limits: StatusLimits) {
        self.board = board
        self.traffic = traffic
        self.hosts = hosts
        self.limits = limits
    }

    func respond(to request: Request, context: StatusContext) async throws -> Response {
        let answer = try await answer(request, context)
        traffic.answered(answer.status.code)
        var response = Response(status: answer.status, headers: answer.headers, body: answer.body)
        if request.method == .head { response = response.createHeadResponse() }
        return answer.closes ? closing(response, context.channel) : response
    }

    private func answer(_ request: Request, _ context: StatusContext) async throws -> Answer {
        if let refusal = refusal(of: request) { return refusal }
        let path = request.head.path?.prefix { $0 != "?" } ?? ""
        switch path {
        case "/healthz": return .text(.ok, "ok\n")
        case "/readyz": return try await readiness()
        case "/metrics":
            let scene = MetricsScene(
                snapshot: try await board.current().snapshot, checks: await board.readiness(), traffic: traffic.figures)
            return Answer(.ok, MetricsText.contentType, ByteBuffer(string: MetricsText(scene).text))
        case "/api/v1/snapshot": return Answer(.ok, Answer.json, try await board.current().json)
        case "/api/v1/events": return events(request, context)
        default: break
        }
        if let asset = assets[String(path)] { return Answer(asset, unless: request.headers[.ifNoneMatch]) }
        if let run = Self.run(ofReport: path) {
            guard let report = try await board.report(of: run) else { return .problem(.notFound, "there is no run \(run)") }
            return Answer(.ok, Answer.json, report)
        }
        return .problem(.notFound, "there is nothing here; see /, /api/v1/snapshot, /api/v1/events, /metrics, /healthz, /readyz")
    }

    /// What is wrong with a request wherever it goes.
    private func refusal(of request: Request) -> Answer? {
        guard request.method == .get || request.method == .head else {
            return .problem(.methodNotAllowed, "GET and HEAD only: nothing can be changed here", closes: true)
        }
        let length = request.headers[.contentLength]
        guard length == nil || length == "0", request.headers[.transferEncoding] == nil else {
            return .problem(.contentTooLarge, "a request here has no body", closes: true)
        }
        guard let path = request.head.path, path.hasPrefix("/"), path.utf8.count <= limits.pathBytes else {
            return .problem(.uriTooLong, "a path here begins with / and has at most \(limits.pathBytes) bytes", closes: true)
        }
        guard let host = request.head.authority, hosts.allows(host) else {
            return .problem(
                .misdirectedRequest, "this server is not known by that name; the operator can allow it: --status-name NAME",
                closes: true)
        }
        return nil
    }

    private func readiness() async throws -> Answer {
        struct Readiness: Encodable {
            let ready: Bool
            let checks: [ReadinessCheck]
        }
        let checks = await board.readiness()
        let ready = checks.allSatisfy(\.ok)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Answer(
            ready ? .ok : .serviceUnavailable, Answer.json,
            ByteBuffer(bytes: try encoder.encode(Readiness(ready: ready, checks: checks))))
    }

    private func events(_ request: Request, _ context: StatusContext) -> Answer {
        // A HEAD must not wait for a body that never ends.
        guard request.method == .get else { return Answer(.ok, Answer.events, ByteBuffer()) }
        guard let place = traffic.place(most: limits.eventReaders) else {
            var answer = Answer.problem(
                .serviceUnavailable, "\(limits.eventReaders) clients read events already; ask /api/v1/snapshot")
            answer.headers[.retryAfter] = "10"
            return answer
        }
        let stream = EventStream(board: board, place: place, limits: limits, channel: context.channel)
        var answer = Answer(.ok, Answer.events, ByteBuffer())
        answer.body = ResponseBody { writer in try await stream.write(to: &writer) }
        return answer
    }

    /// NAME in /api/v1/runs/NAME/report.
    private static func run(ofReport path: Substring) -> RunID? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[1...3] == ["api", "v1", "runs"], parts[5] == "report" else { return nil }
        return RunID(String(parts[4]))
    }

    /// What may still come on this connection is not looked at: it ends soon after the answer.
    private func closing(_ response: Response, _ channel: any Channel) -> Response {
        var last = response
        last.headers[.connection] = "close"
        let body = response.body
        let linger = TimeAmount.nanoseconds(Int64(limits.lingerSeconds * 1e9))
        last.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            // The loop comes to this after the answer, and counts from there: a busy one may take longer to send it than the client is given.
            channel.eventLoop.execute {
                channel.eventLoop.scheduleTask(in: linger) { channel.close(promise: nil) }
            }
        }
        return last
    }
}
