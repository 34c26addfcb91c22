// SPDX-License-Identifier: Apache-2.0
import EngramSockets
import EngramTLS
import EngramTransport
import EngramWire
import Foundation

/// Ways to reach a daemon that no honest program takes.
extension TestDaemon {
    /// TCP alone.
    func tcp() async throws -> TCPStream {
        try await TCPStream.connect(to: Endpoint(endpoint), reactor: reactor, deadline: .now + .seconds(20))
    }

    /// The daemon's own authority, as a thief of its folder would have it.
    func authority() throws -> CertificateAuthority {
        let path = folder + "/coordinator/tls/authority"
        return try CertificateAuthority(
            certificate: Certificate(pem: SecretFile.read(path + ".pem")), key: PrivateKey(pem: SecretFile.read(path + ".key")))
    }

    /// TLS without a certificate.
    func anonymous() throws -> TLSClientTransport { try transport(nil) }

    /// TLS with a certificate that some authority signed.
    func transport(
        signedBy authority: CertificateAuthority, as name: String, _ role: EngramTLS.Role = .agent, from: Double = 0,
        validFor: Double = 3600
    ) throws -> TLSClientTransport {
        let key = try PrivateKey.generate()
        let certificate = try authority.sign(
            SigningRequest(for: key), role: role, name: name, now: Date().timeIntervalSince1970 + from, validFor: validFor)
        return try transport(TLSContext.Credentials(certificate: certificate, key: key))
    }

    private func transport(_ credentials: TLSContext.Credentials?) throws -> TLSClientTransport {
        let context = try TLSContext(clientTrusting: .authority(authority().certificate), credentials: credentials)
        return TLSClientTransport(
            to: try Endpoint(endpoint), reactor: reactor, context: context, limits: WireLimits(), checksHost: false)
    }

    /// Enrols like `engram-agent enroll`.
    func enrol(_ name: String, with token: String, into folder: String) async throws {
        guard let ticket = EnrolmentTicket(token) else { throw CocoaError(.coderInvalidValue) }
        try await Enrolment.run(
            ticket: ticket, name: name, coordinator: Endpoint(endpoint),
            into: IdentityFolder(self.folder + "/identities/" + folder),
            software: "test", reactor: reactor, limits: WireLimits())
    }
}
