// SPDX-License-Identifier: Apache-2.0
package import EngramSockets
import EngramTLS
import EngramTransport
package import EngramWire
import Foundation
package import Logging

extension AgentPlace {
    /// Gets a certificate for the token, unless there is one; one whose time is over is none, where there is a token.
    ///
    /// A coordinator that is not there yet is waited for, with jittered pauses; one that says no ends it.
    package func enrol(software: String, reactor: Reactor, limits: WireLimits, log: Logger) async throws {
        if folder.identity.exists {
            guard tokenFile != nil, folder.identity.hasExpired(at: Date().timeIntervalSince1970) else { return }
            log.notice("the certificate's time is over, enrolling again", metadata: ["agent.id": "\(id)"])
        }
        let ticket = try ticket()
        guard let coordinator else { throw PlaceError.noCoordinator }
        let endpoint = try Endpoint(coordinator, defaultPort: IdentityFolder.defaultPort)
        var backoff = Backoff()
        var generator = SystemRandomNumberGenerator()
        while true {
            do {
                try await Enrolment.run(
                    ticket: ticket, name: id.rawValue, coordinator: endpoint, into: folder.identity, software: software,
                    reactor: reactor, limits: limits)
                return log.notice("enrolled", metadata: ["agent.id": "\(id)", "coordinator": "\(endpoint)"])
            } catch  where Self.mayPass(error) {
                log.info("not enrolled yet", metadata: ["coordinator": "\(endpoint)", "error": "\(error)"])
            }
            try await Task.sleep(for: backoff.next(using: &generator))
        }
    }

    private func ticket() throws -> EnrolmentTicket {
        guard let tokenFile else { throw AgentError.notEnrolled(path: folder.path) }
        guard let data = FileManager.default.contents(atPath: tokenFile) else {
            throw PlaceError.noToken(path: tokenFile, reason: "there is no such file, or it may not be read")
        }
        guard let ticket = EnrolmentTicket(String(decoding: data, as: UTF8.self)) else {
            throw PlaceError.noToken(path: tokenFile, reason: "it looks like engram1-…-…")
        }
        return ticket
    }

    /// Whether another try could end otherwise.
    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case is SocketError, is TransportError: true
        case TLSError.peerClosedDuringHandshake, TLSError.truncated: true
        case ClientError.sessionEnded(let end):
            switch end.code {
            case .enrolmentRefused, .notPermitted, .unsupportedVersion, .malformed: false
            default: true
            }
        default: false
        }
    }
}
