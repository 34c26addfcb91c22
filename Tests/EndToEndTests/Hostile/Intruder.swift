// SPDX-License-Identifier: Apache-2.0
import EngramSockets
import EngramTransport
import EngramWire

/// A peer that speaks the protocol with no machine to keep it honest: it says what it is told to, when it is told to.
final class Intruder {
    let stream: any ByteStream
    private let codec = MessageCodec(limits: WireLimits())
    private var decoder = FrameDecoder(limits: WireLimits())
    /// Whether it shows signs of life when asked for them.
    var answersPings = true

    init(_ transport: any ClientTransport) async throws { stream = try await transport.connect() }

    func say(_ message: Message) async throws { try await say(codec.frame(message)) }
    func say(_ frame: Frame) async throws { try await say(frame.encoded()) }
    func say(_ bytes: [UInt8]) async throws { try await stream.write(bytes, stall: .seconds(20)) }

    func greet(_ profile: [UInt8] = []) async throws {
        try await say(.hello(.init(minVersion: 1, maxVersion: 1, software: "intruder", profile: profile)))
    }

    /// The next message but heartbeats; nil when the daemon has ended the connection. Silence is an error.
    func hear() async throws -> Message? {
        while true {
            if let frame = try decoder.next() {
                let message = try codec.message(frame)
                switch message {
                case .ping(let nonce):
                    if answersPings { try? await say(.pong(nonce: nonce)) }
                case .pong: break
                default: return message
                }
                continue
            }
            let bytes: [UInt8]
            do {
                bytes = try await stream.read(upTo: 1 << 16, deadline: .now + .seconds(20))
            } catch SocketError.timedOut(let what) {
                throw SocketError.timedOut(what)
            } catch {
                return nil
            }
            if bytes.isEmpty { return nil }
            decoder.append(bytes)
        }
    }

    /// Hears until something fits; nil when the connection ended before.
    func hear<T>(_ pick: (Message) -> T?) async throws -> T? {
        while let message = try await hear() { if let picked = pick(message) { return picked } }
        return nil
    }

    /// The daemon's last word: why it ended the connection; nil if it ended without a word. Waits for the end.
    func dismissal() async throws -> Message.Refusal? {
        var last: Message.Refusal?
        while let message = try await hear() { if case .refuse(let refusal) = message { last = refusal } }
        return last
    }

    func leave() async { await stream.close() }
}
