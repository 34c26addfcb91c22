// SPDX-License-Identifier: Apache-2.0
import EngramSockets
import EngramTLS
import EngramTransport
import EngramWire
import Testing

extension Hostile {
    /// Peers that never get as far as a TLS session.
    @Suite struct HandshakeAbuseTests {
        enum Opening: String, CaseIterable, Sendable {
            case garbage, zeros, plainHTTP, plainFrame, oldTLS, halfHelloThenClose, halfHelloThenSilence, silence

            func bytes(_ authority: CertificateAuthority) throws -> [UInt8] {
                switch self {
                case .garbage: return (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
                case .zeros: return [UInt8](repeating: 0, count: 4096)
                case .plainHTTP: return Array("GET / HTTP/1.1\r\nHost: engram\r\n\r\n".utf8)
                case .plainFrame:
                    let hello = Message.hello(.init(minVersion: 1, maxVersion: 1, software: "plain", profile: []))
                    return try MessageCodec(limits: WireLimits()).encoded(hello)
                // A record header of a ClientHello that claims more than TLS allows.
                case .oldTLS: return [0x16, 0x03, 0x00, 0xFF, 0xFF, 0x01] + [UInt8](repeating: 1, count: 64)
                case .halfHelloThenClose, .halfHelloThenSilence:
                    let session = try TLSSession(
                        TLSContext(clientTrusting: .authority(authority.certificate), credentials: nil))
                    _ = try session.handshake()
                    let hello = session.drain()
                    return Array(hello.prefix(hello.count / 2))
                case .silence: return []
                }
            }

            /// What the daemon makes of it.
            var verdict: String {
                switch self {
                case .garbage, .zeros, .plainHTTP, .plainFrame, .oldTLS: "TLS"
                case .halfHelloThenClose: "closed the connection"
                case .halfHelloThenSilence, .silence: "longer than its deadline"
                }
            }
        }

        @Test(arguments: Opening.allCases) func isRefused(_ opening: Opening) async throws {
            var limits = WireLimits()
            limits.handshakeSeconds = 1
            try await Honest.afterwards(TestDaemon(.tls, limits: limits)) { daemon in
                let stream = try await daemon.tcp()
                try await stream.write(opening.bytes(daemon.authority()))
                if opening == .halfHelloThenClose { await stream.close() }
                let line = try await daemon.notes.line(with: "connection refused")
                #expect(line.contains(opening.verdict) || line.contains("peer closed"), "\(line)")
                if opening != .halfHelloThenClose { #expect(try await Self.ends(stream)) }
                await stream.close()
            }
        }

        /// Reads what is left (an alert at most) until the daemon's end.
        private static func ends(_ stream: TCPStream) async throws -> Bool {
            var alert = 0
            do {
                while true {
                    let bytes = try await stream.read(upTo: 4096, deadline: .now + .seconds(20))
                    if bytes.isEmpty { return alert < 64 }
                    alert += bytes.count
                }
            } catch SocketError.timedOut {
                return false
            } catch {
                return alert < 64
            }
        }

        @Test func aCrowdWithoutCertificatesKeepsNobodyOut() async throws {
            var limits = WireLimits()
            limits.maxUnauthenticated = 8
            limits.handshakeSeconds = 1
            try await Honest.afterwards(TestDaemon(.tls, limits: limits)) { daemon in
                var crowd: [TCPStream] = []
                for _ in 0..<12 { crowd.append(try await daemon.tcp()) }
                _ = try await daemon.notes.line(with: "connection refused", "without a certificate or handshake")
                // Their time runs out, and the door is free again.
                _ = try await daemon.notes.line(with: "connection refused", "longer than its deadline")
                for stream in crowd { #expect(try await Self.ends(stream)) }
                for stream in crowd { await stream.close() }
            }
        }
    }
}
