// SPDX-License-Identifier: Apache-2.0
import EngramSockets
import Foundation

/// A client that says exactly what a test wants it to say.
final class RawClient {
    struct Reply {
        var status: Int
        /// By name in lower case.
        var headers: [String: String]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct Gone: Error {}

    private static let patience = Duration.seconds(60)
    let stream: TCPStream
    private var arrived: [UInt8] = []

    init(_ stream: TCPStream) { self.stream = stream }

    func send(_ text: String) async throws { try await stream.write(Array(text.utf8), stall: Self.patience) }

    /// Sends as much as the other side takes before it hangs up.
    func sendRegardless(_ text: String) async { try? await send(text) }

    func finishWriting() { stream.finishWriting() }

    func close() async { await stream.close() }

    /// The next answer; its body is read by its length.
    func reply(toHead: Bool = false) async throws -> Reply {
        var reply = try await head()
        if !toHead, let length = reply.headers["content-length"].flatMap({ Int($0) }) { reply.body = try await take(length) }
        return reply
    }

    /// An answer's head; for a body without a length, read `event`s.
    func head() async throws -> Reply {
        let first = try await line().split(separator: " ", maxSplits: 2)
        guard first.count >= 2, first[0] == "HTTP/1.1", let status = Int(first[1]) else { throw Gone() }
        var headers: [String: String] = [:]
        while true {
            let line = try await line()
            if line.isEmpty { return Reply(status: status, headers: headers, body: []) }
            guard let colon = line.firstIndex(of: ":") else { throw Gone() }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
    }

    private var events = ""

    /// The next block of Server-Sent Events, by field; a comment has the field "".
    func event() async throws -> [String: String] {
        while true {
            if let end = events.range(of: "\n\n") {
                let block = events[..<end.lowerBound]
                events = String(events[end.upperBound...])
                var fields: [String: String] = [:]
                for line in block.split(separator: "\n") {
                    let colon = line.firstIndex(of: ":") ?? line.endIndex
                    fields[String(line[..<colon])] = line[colon...].dropFirst().trimmingCharacters(in: .whitespaces)
                }
                return fields
            }
            guard let size = Int(try await line(), radix: 16), size > 0 else { throw Gone() }
            events += String(decoding: try await take(size), as: UTF8.self)
            _ = try await line()
        }
    }

    /// Everything until the other side ends the connection, which it must.
    func rest() async throws -> [UInt8] {
        while true {
            let more: [UInt8]
            do {
                more = try await stream.read(upTo: 1 << 16, deadline: .now + Self.patience)
            } catch {
                // A reset is an end too.
                if case SocketError.timedOut = error { throw error }
                return arrived
            }
            if more.isEmpty { return arrived }
            arrived += more
        }
    }

    private func line() async throws -> String {
        while true {
            if let end = arrived.firstRange(of: [13, 10]) {
                let line = String(decoding: arrived[..<end.lowerBound], as: UTF8.self)
                arrived.removeSubrange(..<end.upperBound)
                return line
            }
            try await fill()
        }
    }

    private func take(_ count: Int) async throws -> [UInt8] {
        while arrived.count < count { try await fill() }
        defer { arrived.removeFirst(count) }
        return Array(arrived.prefix(count))
    }

    private func fill() async throws {
        let more = try await stream.read(upTo: 1 << 16, deadline: .now + Self.patience)
        guard !more.isEmpty else { throw Gone() }
        arrived += more
    }
}
