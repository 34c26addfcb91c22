// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramSockets
import EngramTransport
import EngramWire
import Foundation

/// Whether the coordinator answers, and how.
enum CoordinatorCheck {
    /// As an operator: the daemon's version, its clock, and how long an answer takes.
    static func findings(_ identity: IdentityFolder, coordinator: String?) async -> [Finding] {
        let address = coordinator ?? (try? identity.coordinator()) ?? "?"
        do {
            let (status, skew, delay) = try await CoordinatorLink.with(identity, coordinator: coordinator) { link in
                // The first answer waits for the session; the second shows the way.
                _ = try await link.ask(.status, Admin.Nothing(), as: Admin.Status.self)
                let (start, asked) = (ContinuousClock.now, Date().timeIntervalSince1970)
                let status = try await link.ask(.status, Admin.Nothing(), as: Admin.Status.self)
                let delay = (ContinuousClock.now - start) / .seconds(1)
                return (status, asked + delay / 2 - status.time, delay)
            }
            return [
                .fine(
                    "coordinator",
                    String(
                        format: "%@ answers in %.1f ms, %@ connected", address, 1000 * delay,
                        Words.count(status.connectedAgents, "agent")
                    )),
                version(status.version), ClockCheck.skew(skew),
            ]
        } catch {
            return [.problem("coordinator", "\(address): \(error)", advice(error))]
        }
    }

    /// As an agent: a session of its own would cut that of the running agent, so no further than TLS.
    static func reached(_ identity: IdentityFolder, coordinator: String?) async -> Finding {
        let address = coordinator ?? (try? identity.coordinator()) ?? "?"
        do {
            let reactor = try Reactor()
            let stream = try await identity.transport(to: coordinator, reactor: reactor, limits: WireLimits()).connect()
            await stream.close()
            await reactor.shutDown()
            return .fine("coordinator", "\(address) is there, and of the authority that this agent trusts")
        } catch {
            let error = OperatorError(error)
            return .problem("coordinator", "\(address): \(error)", advice(error))
        }
    }

    static func version(_ other: String) -> Finding {
        other == SoftwareVersion.text
            ? .fine("versions", "engram and engramd \(other)")
            : .warning("versions", "engram \(SoftwareVersion.text), engramd \(other)", "upgrade the older one; the daemon first")
    }

    private static func advice(_ error: OperatorError) -> String {
        switch error {
        case .unreachable:
            "is engramd running there (its log says on which port it listens), and does a firewall let that one port through?"
        case .refused: "is this identity of that federation, and not revoked? An operator can see: engram agent ls"
        default: "mend what the message names, then run engram doctor again"
        }
    }
}
