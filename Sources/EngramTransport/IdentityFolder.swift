// SPDX-License-Identifier: Apache-2.0
package import EngramSockets
package import EngramTLS
package import EngramWire
import Foundation

/// The certificate, key and authority of an agent or an operator, in a folder that only its owner may enter.
package struct IdentityFolder: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    private var certificatePath: String { path + "/certificate.pem" }
    private var keyPath: String { path + "/key.pem" }
    private var authorityPath: String { path + "/authority.pem" }
    private var coordinatorPath: String { path + "/coordinator" }

    package var exists: Bool { FileManager.default.fileExists(atPath: certificatePath) }

    /// Writes everything, the certificate last: a folder with a certificate is complete.
    package func write(certificatePEM: String, keyPEM: String, authorityPEM: String, coordinator: String) throws {
        try SecretFile.makeFolder(path)
        try SecretFile.write(keyPEM, to: keyPath)
        try SecretFile.write(authorityPEM, to: authorityPath)
        try SecretFile.write(coordinator + "\n", to: coordinatorPath)
        try SecretFile.write(certificatePEM, to: certificatePath)
    }

    /// Where the coordinator was when this identity was made.
    package func coordinator() throws -> String {
        try SecretFile.read(coordinatorPath).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    package func name() throws -> String? { try Certificate(pem: SecretFile.read(certificatePath)).identity?.name }

    /// Whether the certificate's time is over, in seconds since 1970; one that cannot be read has not ended.
    package func hasExpired(at now: Double) -> Bool {
        guard let text = try? SecretFile.read(certificatePath), let certificate = try? Certificate(pem: text) else {
            return false
        }
        return certificate.notAfter <= now
    }

    package func context() throws -> TLSContext {
        let credentials = try TLSContext.Credentials(
            certificate: Certificate(pem: SecretFile.read(certificatePath)), key: PrivateKey(pem: SecretFile.read(keyPath)))
        return try TLSContext(
            clientTrusting: .authority(Certificate(pem: SecretFile.read(authorityPath))), credentials: credentials)
    }

    /// A transport to the coordinator, or to another address of it.
    package func transport(to address: String?, reactor: Reactor, limits: WireLimits) throws -> TLSClientTransport {
        let endpoint = try Endpoint(try address ?? coordinator(), defaultPort: IdentityFolder.defaultPort)
        return TLSClientTransport(to: endpoint, reactor: reactor, context: try context(), limits: limits, checksHost: false)
    }

    /// The port of a coordinator that names none.
    package static let defaultPort: UInt16 = 7443
}
