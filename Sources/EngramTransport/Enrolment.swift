// SPDX-License-Identifier: Apache-2.0
package import EngramSockets
import EngramTLS
package import EngramWire

/// Getting a certificate for a token: the key is made here and never leaves.
package enum Enrolment {
    package static func run(
        ticket: EnrolmentTicket, name: String, coordinator: Endpoint, into folder: IdentityFolder, software: String,
        reactor: Reactor,
        limits: WireLimits
    ) async throws {
        let key = try PrivateKey.generate()
        let context = try TLSContext(clientTrusting: .fingerprint(ticket.fingerprint), credentials: nil)
        let transport = TLSClientTransport(to: coordinator, reactor: reactor, context: context, limits: limits, checksHost: false)
        let client = CoordinatorClient(try await transport.connect(), role: .anonymous, software: software, limits: limits)
        let request = Message.Enrolment(secret: ticket.secret, name: name, signingRequest: try SigningRequest(for: key).der())
        let certificates = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = await client.run() }
            defer { group.cancelAll() }
            _ = try await client.opened()
            let certificates = try await client.enrol(request)
            client.leave()
            return certificates
        }
        // What came must belong to what was asked for, or the next connection would fail far from the cause.
        _ = try TLSContext.Credentials(certificate: Certificate(pem: certificates.certificatePEM), key: key)
        try folder.write(
            certificatePEM: certificates.certificatePEM, keyPEM: try key.pem(), authorityPEM: certificates.authorityPEM,
            coordinator: coordinator.description)
    }
}
