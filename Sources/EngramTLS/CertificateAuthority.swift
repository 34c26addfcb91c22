// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CShims
import Glibc

/// The federation's own certificate authority: a self-signed P-256 certificate and its key.
///
/// Times are seconds since 1970 and come from the caller.
package struct CertificateAuthority: Sendable {
    package let certificate: Certificate
    private let key: PrivateKey

    /// Certificates start this much early, so that a slightly slow clock does not refuse a fresh one.
    private static let backdating: Double = 300

    /// Takes an existing authority; the two must belong together.
    package init(certificate: Certificate, key: PrivateKey) throws(TLSError) {
        guard certificate.matches(key) else { throw .keyMismatch }
        self.certificate = certificate
        self.key = key
    }

    /// A new authority.
    package static func create(name: String, now: Double, validFor seconds: Double) throws(TLSError) -> CertificateAuthority {
        guard PeerIdentity.isValid(name: name) else { throw .invalidName(name) }
        let key = try PrivateKey.generate()
        let builder = unsafe try CertificateBuilder(
            subject: name, notBefore: now - backdating, notAfter: now + seconds, key: key.pointer)
        try builder.setIssuer(builder.certificate)
        try builder.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer: builder.certificate)
        try builder.add(NID_key_usage, "critical,keyCertSign,cRLSign", issuer: builder.certificate)
        try builder.add(NID_subject_key_identifier, "hash", issuer: builder.certificate)
        return try CertificateAuthority(certificate: try builder.sign(with: key), key: key)
    }

    /// The authority's private key in PEM: for `SecretFile` only.
    package func keyPEM() throws(TLSError) -> String { try key.pem() }

    /// A certificate for the daemon, good for these host names and addresses.
    package func issueDaemon(
        name: String, key: PrivateKey, hosts: [String], now: Double, validFor seconds: Double
    ) throws(TLSError) -> Certificate {
        unsafe try issue(key: key.pointer, role: .daemon, name: name, hosts: hosts, now: now, validFor: seconds)
    }

    /// A certificate for the key in `request`. Whatever else the request claims is ignored.
    package func sign(
        _ request: SigningRequest, role: Role, name: String, now: Double, validFor seconds: Double
    ) throws(TLSError) -> Certificate {
        unsafe try issue(key: try request.checkedKey(), role: role, name: name, hosts: [], now: now, validFor: seconds)
    }

    private func issue(
        key publicKey: OpaquePointer, role: Role, name: String, hosts: [String], now: Double, validFor seconds: Double
    ) throws(TLSError) -> Certificate {
        guard PeerIdentity.isValid(name: name) else { throw .invalidName(name) }
        var names = ["URI:" + PeerIdentity.uri(role: role, name: name)]
        for host in hosts { names.append(try Self.alternativeName(host)) }
        let notAfter = min(now + seconds, certificate.notAfter)
        let builder = unsafe try CertificateBuilder(
            subject: name, notBefore: now - Self.backdating, notAfter: notAfter, key: publicKey)
        try builder.setIssuer(certificate)
        try builder.add(NID_basic_constraints, "critical,CA:FALSE", issuer: certificate)
        try builder.add(NID_key_usage, "critical,digitalSignature", issuer: certificate)
        // A stolen agent certificate must not pass for the daemon, nor the daemon's for an agent.
        try builder.add(NID_ext_key_usage, role == .daemon ? "serverAuth" : "clientAuth", issuer: certificate)
        try builder.add(NID_authority_key_identifier, "keyid", issuer: certificate)
        try builder.add(NID_subject_alt_name, names.joined(separator: ","), issuer: certificate)
        return try builder.sign(with: key)
    }

    /// A host for the list of alternative names; refuses whatever could smuggle a second entry in.
    private static func alternativeName(_ host: String) throws(TLSError) -> String {
        var address = in6_addr()
        if unsafe inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1 { return "IP:\(host)" }
        let fits = host.utf8.allSatisfy { byte in
            (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || (byte >= 0x30 && byte <= 0x39)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
        guard fits, (1...253).contains(host.utf8.count) else { throw .invalidName(host) }
        return "DNS:\(host)"
    }
}
