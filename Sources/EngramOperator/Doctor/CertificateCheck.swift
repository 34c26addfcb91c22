// SPDX-License-Identifier: Apache-2.0
import EngramTLS
import Foundation

/// A certificate with its key on disk.
enum CertificateCheck {
    static let soon = 30 * 86_400.0

    static func finding(_ subject: String, certificate: String, key: String, renewal: String, at now: Double) -> Finding {
        do {
            let held = try Certificate(pem: SecretFile.read(certificate))
            guard held.matches(try PrivateKey(pem: SecretFile.read(key))) else {
                return .problem(
                    subject, "\(certificate) and \(key) do not belong together", "restore both from one backup; \(renewal)")
            }
            let name = held.identity.map { "\($0.role.rawValue) '\($0.name)'" } ?? "the authority"
            return validity(subject, name, from: held.notBefore, to: held.notAfter, renewal: renewal, at: now)
        } catch {
            return .problem(subject, "\(error)", renewal)
        }
    }

    static func validity(
        _ subject: String, _ name: String, from first: Double, to last: Double, renewal: String, at now: Double
    ) -> Finding {
        let day = String(Words.time(last).prefix(10))
        if now < first { return .problem(subject, "\(name), valid only from \(Words.time(first))", "set this machine's clock") }
        if now >= last { return .problem(subject, "\(name), expired on \(day)", renewal) }
        let found = "\(name), valid until \(day)"
        return last - now < soon ? .warning(subject, found, "renew it before: \(renewal)") : .fine(subject, found)
    }
}
