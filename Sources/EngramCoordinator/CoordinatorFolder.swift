// SPDX-License-Identifier: Apache-2.0
package import EngramStore
package import EngramTLS
import EngramTransport

/// A coordinator's folder: state, authority, certificates.
package struct CoordinatorFolder {
    package let state: StateFolder

    private static let authoritySeconds = 20.0 * 365 * 86_400
    private static let daemonSeconds = 5.0 * 365 * 86_400

    private static func paths(_ folder: String) -> (authority: String, authorityKey: String, daemon: String, daemonKey: String) {
        (folder + "/tls/authority.pem", folder + "/tls/authority.key", folder + "/tls/daemon.pem", folder + "/tls/daemon.key")
    }

    /// Makes the folder, the authority, the daemon's certificate and the first operator's identity.
    ///
    /// That identity goes to `operatorFolder`; nil for `operator` in the folder.
    package static func create(
        _ path: String, name: String, hosts: [String], address: String, operatorFolder: String? = nil, at now: Double
    ) throws {
        let state = try StateFolder(creating: path)
        try SecretFile.makeFolder(path + "/tls")
        let files = paths(path)
        // Another name than the daemon's: a certificate whose issuer has its own name counts as self-signed.
        let authority = try CertificateAuthority.create(name: name + "-authority", now: now, validFor: authoritySeconds)
        let daemonKey = try PrivateKey.generate()
        let daemon = try authority.issueDaemon(name: name, key: daemonKey, hosts: hosts, now: now, validFor: daemonSeconds)
        let operatorKey = try PrivateKey.generate()
        let operatorCertificate = try authority.sign(
            SigningRequest(for: operatorKey), role: .operator, name: "operator", now: now, validFor: Registrar.certificateSeconds)
        try SecretFile.write(try authority.keyPEM(), to: files.authorityKey)
        try SecretFile.write(try authority.certificate.pem(), to: files.authority)
        try SecretFile.write(try daemonKey.pem(), to: files.daemonKey)
        try SecretFile.write(try daemon.pem(), to: files.daemon)
        try IdentityFolder(operatorFolder ?? path + "/operator").write(
            certificatePEM: try operatorCertificate.pem(), keyPEM: try operatorKey.pem(),
            authorityPEM: try authority.certificate.pem(), coordinator: address)
        // The database comes last: with it the folder counts as initialised.
        let store = try SQLiteStateStore(in: state, maximumBytes: nil)
        for (certificate, role) in [(daemon, IdentityRole.daemon), (operatorCertificate, .operator)] {
            try record(certificate, role, in: store, at: now)
        }
        try store.close()
    }

    package init(opening path: String) throws { state = try StateFolder(opening: path) }

    /// Makes an operator's identity without asking the daemon, which must not run: for when no operator is left who could make a token.
    /// A valid certificate of that name is superseded, if it is an operator's.
    package func makeOperator(_ name: String, into folder: String, address: String, at now: Double) throws {
        let (authority, key) = (try authority(), try PrivateKey.generate())
        let certificate = try authority.sign(
            SigningRequest(for: key), role: .operator, name: name, now: now, validFor: Registrar.certificateSeconds)
        let store = try SQLiteStateStore(in: state, maximumBytes: nil)
        try Self.record(certificate, .operator, in: store, at: now)
        try store.close()
        try IdentityFolder(folder).write(
            certificatePEM: try certificate.pem(), keyPEM: try key.pem(), authorityPEM: try authority.certificate.pem(),
            coordinator: address)
    }

    private static func record(
        _ certificate: Certificate, _ role: IdentityRole, in store: SQLiteStateStore, at now: Double
    ) throws {
        guard let identity = certificate.identity else { return }
        try store.issueIdentity(
            Identity(
                name: identity.name, role: role, serial: identity.serial, fingerprint: identity.fingerprint, issued: now,
                expires: identity.notAfter), superseding: true)
    }

    package func authority() throws -> CertificateAuthority {
        let files = Self.paths(state.path)
        return try CertificateAuthority(
            certificate: Certificate(pem: SecretFile.read(files.authority)),
            key: PrivateKey(pem: SecretFile.read(files.authorityKey)))
    }

    package func context() throws -> TLSContext {
        let files = Self.paths(state.path)
        let credentials = try TLSContext.Credentials(
            certificate: Certificate(pem: SecretFile.read(files.daemon)), key: PrivateKey(pem: SecretFile.read(files.daemonKey)))
        return try TLSContext(server: credentials, authority: Certificate(pem: SecretFile.read(files.authority)))
    }
}
