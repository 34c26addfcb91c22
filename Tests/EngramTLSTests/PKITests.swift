// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Testing

@testable import EngramTLS

@Suite(.timeLimit(.minutes(5)))
struct PKITests {
    @Test func identityComesFromTheCallerAlone() throws {
        let federation = try Federation()
        let key = try PrivateKey.generate()
        let request = try SigningRequest(for: key)
        let first = try federation.authority.sign(request, role: .operator, name: "ada", now: federation.now, validFor: 1000)
        let second = try federation.authority.sign(request, role: .agent, name: "bob", now: federation.now, validFor: 1000)
        let ada = try #require(first.identity)
        #expect(ada.name == "ada" && ada.role == .operator)
        #expect(abs(ada.notAfter - federation.now - 1000) <= 1)
        #expect(ada.serial.count == 32 && ada.fingerprint.count == 64)
        let bob = try #require(second.identity)
        #expect(bob.name == "bob" && bob.role == .agent && bob.serial != ada.serial && bob.fingerprint != ada.fingerprint)
        #expect(first.matches(key))
        #expect(try Certificate(pem: first.pem()).identity == ada)
        #expect(federation.authority.certificate.identity == nil)
    }

    @Test func validityNeverPassesTheAuthoritys() throws {
        let authority = try CertificateAuthority.create(name: "ca", now: 1_700_000_000, validFor: 1000)
        let certificate = try authority.sign(
            SigningRequest(for: PrivateKey.generate()), role: .agent, name: "a", now: 1_700_000_000, validFor: 1e6)
        #expect(certificate.notAfter == 1_700_001_000)
        #expect(certificate.notBefore == 1_699_999_700)
    }

    @Test func requestWithABadSignatureIsRefused() throws {
        let federation = try Federation()
        var der = try SigningRequest(for: PrivateKey.generate()).der()
        der[der.count - 1] ^= 1
        let request = try SigningRequest(pem: pem("CERTIFICATE REQUEST", der))
        #expect(throws: TLSError.badRequest("its signature does not fit its key")) {
            try federation.authority.sign(request, role: .agent, name: "a", now: federation.now, validFor: 10)
        }
    }

    @Test(arguments: ["RSA", "P-384", "ED25519"])
    func requestWithAnotherKindOfKeyIsRefused(kind: String) throws {
        let federation = try Federation()
        let request = try SigningRequest(pem: foreignRequest(kind))
        #expect(throws: TLSError.badRequest("its key is not on the curve P-256; make a P-256 key")) {
            try federation.authority.sign(request, role: .agent, name: "a", now: federation.now, validFor: 10)
        }
    }

    @Test(arguments: ["", "a b", "a,URI:engram:operator:x", "ä", "a:b", String(repeating: "n", count: 65)])
    func namesThatCouldSmuggleAreRefused(name: String) throws {
        let federation = try Federation()
        let request = try SigningRequest(for: PrivateKey.generate())
        #expect(throws: TLSError.invalidName(name)) {
            try federation.authority.sign(request, role: .agent, name: name, now: federation.now, validFor: 10)
        }
        let key = try PrivateKey.generate()
        #expect(throws: TLSError.invalidName("x,URI:engram:operator:y")) {
            try federation.authority.issueDaemon(
                name: "d", key: key, hosts: ["x,URI:engram:operator:y"], now: federation.now, validFor: 10)
        }
    }

    @Test(arguments: [
        "", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", String(repeating: "x", count: 70_000),
    ])
    func malformedPEMIsRefused(text: String) {
        #expect(throws: TLSError.malformedPEM(what: "certificate")) { try Certificate(pem: text) }
        #expect(throws: TLSError.malformedPEM(what: "private key")) { try PrivateKey(pem: text) }
        #expect(throws: TLSError.malformedPEM(what: "certificate signing request")) { try SigningRequest(pem: text) }
    }

    @Test func authorityReopensFromPEM() throws {
        let federation = try Federation()
        let again = try CertificateAuthority(
            certificate: Certificate(pem: federation.authority.certificate.pem()),
            key: PrivateKey(pem: federation.authority.keyPEM()))
        #expect(again.certificate.fingerprint == federation.authority.certificate.fingerprint)
        let stranger = try PrivateKey.generate()
        #expect(throws: TLSError.keyMismatch) { try CertificateAuthority(certificate: again.certificate, key: stranger) }
    }

    @Test func requestTravelsInDER() throws {
        let federation = try Federation()
        let key = try PrivateKey.generate()
        let der = try SigningRequest(for: key).der()
        let certificate = try federation.authority.sign(
            SigningRequest(der: der), role: .agent, name: "a", now: federation.now, validFor: 10)
        #expect(certificate.matches(key))
        #expect(throws: TLSError.badRequest("bytes follow its end")) { try SigningRequest(der: der + [0]) }
        for count in [0, 1, der.count / 2, der.count - 1] {
            #expect(throws: TLSError.badRequest("it is not a PKCS #10 request in DER")) {
                try SigningRequest(der: Array(der.prefix(count)))
            }
        }
    }

    // MARK: What our own API does not make

    private func foreignRequest(_ kind: String) throws -> String {
        let key: OpaquePointer?
        switch kind {
        case "RSA": unsafe key = unsafe newKey("RSA", bits: 2048)
        case "P-384": unsafe key = unsafe newKey("EC", group: "P-384")
        default: unsafe key = unsafe newKey("ED25519")
        }
        let made = unsafe try #require(key)
        defer { unsafe EVP_PKEY_free(made) }
        let request = unsafe try #require(X509_REQ_new())
        defer { unsafe X509_REQ_free(request) }
        unsafe X509_REQ_set_pubkey(request, made)
        unsafe #expect(X509_REQ_sign(request, made, kind == "ED25519" ? nil : EVP_sha256()) > 0)
        return unsafe try PEM.write { unsafe PEM_write_bio_X509_REQ($0, request) }
    }

    private func newKey(_ kind: String, bits: Int32? = nil, group: String? = nil) -> OpaquePointer? {
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, kind, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        unsafe EVP_PKEY_keygen_init(context)
        if let bits { unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) }
        if let group { unsafe EVP_PKEY_CTX_set_group_name(context, group) }
        var key: OpaquePointer?
        unsafe EVP_PKEY_generate(context, &key)
        return unsafe key
    }

    private func pem(_ label: String, _ der: [UInt8]) throws -> String {
        var bytes = [UInt8](repeating: 0, count: 4 * der.count)
        let count = unsafe EVP_EncodeBlock(&bytes, der, Int32(der.count))
        var text = Substring(String(decoding: bytes.prefix(Int(count)), as: UTF8.self))
        var lines: [Substring] = []
        while !text.isEmpty {
            lines.append(text.prefix(64))
            text = text.dropFirst(64)
        }
        return "-----BEGIN \(label)-----\n\(lines.joined(separator: "\n"))\n-----END \(label)-----\n"
    }
}
