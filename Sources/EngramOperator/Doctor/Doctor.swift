// SPDX-License-Identifier: Apache-2.0
package import EngramTransport
import Foundation

/// Looks at everything that a federation needs from this machine.
package struct Doctor: Sendable {
    /// A coordinator's or an agent's state folder.
    package let state: String?
    /// An operator's identity.
    package let identity: IdentityFolder
    /// Where the coordinator is, if not where identities say.
    package let coordinator: String?

    package init(state: String?, identity: IdentityFolder, coordinator: String?) {
        self.state = state
        self.identity = identity
        self.coordinator = coordinator
    }

    package func findings(at now: Double) async -> [Finding] {
        var out = MachineCheck.findings() + [ClockCheck.kept()]
        guard let state else { return out + (await asOperator(identity, at: now)) }
        out += FolderCheck.findings(state)
        if Self.holds(state + "/tls/authority.pem") {
            for (subject, name) in [("authority", "authority"), ("daemon's certificate", "daemon")] {
                out.append(
                    CertificateCheck.finding(
                        subject, certificate: "\(state)/tls/\(name).pem", key: "\(state)/tls/\(name).key",
                        renewal: "start a new state folder with engramd init and enrol everybody again", at: now))
            }
            // An operator may be at home elsewhere than engramd init put the first one.
            let first = IdentityFolder(state + "/operator")
            out += await asOperator(first.exists ? first : identity, at: now)
        } else if Self.holds(state + "/identity/certificate.pem") {
            let own = IdentityFolder(state + "/identity")
            out.append(Self.certificate(own, "engram-agent enroll again, with a new token", at: now))
            out.append(await CoordinatorCheck.reached(own, coordinator: coordinator))
        } else {
            out.append(
                .problem(
                    "identity", "\(state) is neither a coordinator's nor an enrolled agent's folder",
                    "engramd init --state \(state), or engram-agent enroll --state \(state) --token TOKEN …"))
        }
        return out
    }

    private func asOperator(_ identity: IdentityFolder, at now: Double) async -> [Finding] {
        guard identity.exists else {
            return [
                .warning(
                    "identity", "\(identity.path): no operator's identity, so no coordinator was asked",
                    "engram enroll --token TOKEN --coordinator HOST:PORT, or --identity STATE/operator, or --state STATE")
            ]
        }
        return [Self.certificate(identity, "engram enroll into a new folder, with another operator's token", at: now)]
            + (await CoordinatorCheck.findings(identity, coordinator: coordinator))
    }

    private static func certificate(_ folder: IdentityFolder, _ renewal: String, at now: Double) -> Finding {
        CertificateCheck.finding(
            "certificate", certificate: folder.path + "/certificate.pem", key: folder.path + "/key.pem", renewal: renewal, at: now
        )
    }

    private static func holds(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
