// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramStore
import EngramTLS
import EngramTransport
import EngramWire
import Foundation
import Logging

/// What is written to the audit log.
extension Coordinator {
    /// A verb that an operator asked for, done or refused. What cannot be written down goes to the daemon's log whole: the operator is told
    /// what became of the verb, which a full disk does not undo.
    func record(
        _ verb: Verb, _ request: Message.Request, _ session: CoordinatorSession, answer: [UInt8]?, failure: String?
    ) {
        var arguments = Self.arguments(of: verb, Data(request.body))
        // Which run was meant, or made, where no name was given.
        if let line = answer.flatMap({ try? JSONDecoder().decode(Admin.RunLine.self, from: Data($0)) }) {
            arguments["run"] = line.run.rawValue
        }
        let entry = AuditEntry(at: Self.now, who: session.author, verb: verb.rawValue, arguments: arguments, failure: failure)
        do {
            try audit.append(entry)
        } catch {
            log.error(
                "verb not in the audit log",
                metadata: [
                    "verb": "\(entry.verb)", "who": "\(entry.who)", "arguments": "\(arguments)", "failure": "\(failure ?? "")",
                    "error": "\(error)",
                ])
        }
    }

    /// A certificate that was given out. Those who were turned away are in the daemon's log only: a stranger could push the honest entries out.
    func record(_ enrolment: Message.Enrolment, _ session: CoordinatorSession) {
        enrolledAgents = nil
        changes.ring()
        do {
            try audit.append(
                AuditEntry(
                    at: Self.now, who: session.author, verb: enrolment.secret.isEmpty ? "renew" : "enrol",
                    arguments: ["name": enrolment.name], failure: nil))
        } catch {
            log.error("enrolment not in the audit log", metadata: ["name": "\(enrolment.name)", "error": "\(error)"])
        }
    }

    /// A recipe may hold the seed of its noise: it is kept with the run, and known here by its digest.
    private static func arguments(of verb: Verb, _ body: Data) -> [String: String] {
        let decoder = JSONDecoder()
        switch verb {
        case .startRun:
            guard let start = try? decoder.decode(Admin.StartRun.self, from: body) else { return [:] }
            return ["run": start.run?.rawValue ?? "", "recipe_sha256": "\(Digest(of: Array(start.recipe.utf8)))"]
        case .cancelRun: return ["run": (try? decoder.decode(Admin.RunName.self, from: body))?.run?.rawValue ?? ""]
        case .revokeAgent:
            guard let revocation = try? decoder.decode(Admin.Revocation.self, from: body) else { return [:] }
            return ["name": revocation.name, "reason": revocation.reason]
        case .createTokens:
            guard let wish = try? decoder.decode(Admin.NewTokens.self, from: body) else { return [:] }
            return ["role": wish.role, "count": "\(wish.count)", "lifetime": "\(wish.lifetime)", "label": wish.label]
        default: return [:]
        }
    }
}

extension CoordinatorSession {
    /// Who asks, for the audit log.
    fileprivate var author: AuditEntry.Author {
        AuditEntry.Author(
            name: peer?.name, role: peer?.role.rawValue, fingerprint: peer?.fingerprint, remote: driver.remote)
    }
}
