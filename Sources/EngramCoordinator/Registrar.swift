// SPDX-License-Identifier: Apache-2.0
import EngramBytes
package import EngramStore
package import EngramTLS
import EngramTransport
import EngramWire

/// Who may come in: tokens become certificates.
package struct Registrar: Sendable {
    /// A year; then the agent enrols again with a token labelled with its name.
    package static let certificateSeconds = 365.0 * 86_400

    private let store: any StateStore
    private let authority: CertificateAuthority

    package init(store: any StateStore, authority: CertificateAuthority) {
        self.store = store
        self.authority = authority
    }

    /// Makes tokens, of which only hashes are kept.
    package func makeTokens(role: IdentityRole, count: Int, lifetime: Double, label: String, at now: Double) throws -> [String] {
        try (0..<count).map { _ in
            var generator = SystemRandomNumberGenerator()
            let secret = (0..<EnrolmentTicket.secretBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let ticket = EnrolmentTicket(secret: secret, fingerprint: authority.certificate.fingerprint)
            try store.createToken(
                EnrolmentToken(secretHash: ticket.secretHash, label: label, role: role, created: now, expires: now + lifetime))
            return ticket.text
        }
    }

    /// A certificate for a token, or, with an empty secret, a new one for the holder of a valid one.
    func enrol(_ request: Message.Enrolment, renewing peer: PeerIdentity?, at now: Double) throws -> Message.Certificates {
        let signingRequest = try SigningRequest(der: request.signingRequest)
        if request.secret.isEmpty {
            guard let peer, peer.name == request.name, let role = IdentityRole(rawValue: peer.role.rawValue) else {
                throw EnrolmentError.nothingToRenew
            }
            guard try store.identity(serial: peer.serial)?.status == .active else { throw EnrolmentError.notActive }
            let certificate = try authority.sign(
                signingRequest, role: peer.role, name: peer.name, now: now, validFor: Self.certificateSeconds)
            try store.issueIdentity(try identity(certificate, role, now), superseding: true)
            return try answer(certificate)
        }
        guard AgentID(request.name) != nil else { throw EnrolmentError.badName(request.name) }
        let hash = Digest(of: request.secret)
        guard let token = try store.tokens().first(where: { $0.secretHash == hash }) else { throw StoreError.tokenUnknown }
        guard let role = Role(rawValue: token.role.rawValue) else { throw EnrolmentError.nothingToRenew }
        let certificate = try authority.sign(
            signingRequest, role: role, name: request.name, now: now, validFor: Self.certificateSeconds)
        // A token that was made for this very name may replace a lost certificate; any other must not take a name that is in use.
        try store.enrol(
            try identity(certificate, token.role, now), with: hash, superseding: token.label == request.name, at: now)
        return try answer(certificate)
    }

    private func identity(_ certificate: Certificate, _ role: IdentityRole, _ now: Double) throws -> Identity {
        guard let peer = certificate.identity else { throw EnrolmentError.notActive }
        return Identity(
            name: peer.name, role: role, serial: peer.serial, fingerprint: peer.fingerprint, issued: now, expires: peer.notAfter)
    }

    private func answer(_ certificate: Certificate) throws -> Message.Certificates {
        .init(certificatePEM: try certificate.pem(), authorityPEM: try authority.certificate.pem())
    }
}

/// Why nobody was enrolled.
enum EnrolmentError: Error, CustomStringConvertible {
    case badName(String)
    case nothingToRenew
    case notActive

    var description: String {
        switch self {
        case .badName(let name): "'\(name)' cannot be a name: use \(IdentifierRule.description)"
        case .nothingToRenew: "without a token only the holder of a certificate can renew it, under its own name"
        case .notActive: "that certificate was revoked or replaced; ask the operator for a token"
        }
    }
}
