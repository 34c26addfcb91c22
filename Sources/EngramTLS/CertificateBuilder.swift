// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CShims

/// One certificate in the making: version 3, random 128-bit serial number, subject, validity, key; then issuer, extensions,
/// signature.
struct CertificateBuilder {
    let certificate: Certificate

    /// Times in seconds since 1970; `key` is copied by reference.
    init(subject: String, notBefore: Double, notAfter: Double, key: OpaquePointer) throws(TLSError) {
        ErrorQueue.clear()
        guard let pointer = unsafe X509_new() else { throw ErrorQueue.failure("X509_new") }
        certificate = unsafe Certificate(taking: pointer)
        guard unsafe X509_set_version(pointer, 2) == 1, unsafe X509_set_pubkey(pointer, key) == 1 else {
            throw ErrorQueue.failure("making a certificate")
        }
        try setSerial()
        guard let start = time_t(exactly: notBefore.rounded()), let end = time_t(exactly: notAfter.rounded()),
            unsafe ASN1_TIME_set(X509_getm_notBefore(pointer), start) != nil,
            unsafe ASN1_TIME_set(X509_getm_notAfter(pointer), end) != nil
        else { throw .library("the validity \(notBefore)...\(notAfter) does not fit a certificate") }
        let name = Array(subject.utf8)
        guard
            unsafe X509_NAME_add_entry_by_txt(X509_get_subject_name(pointer), "CN", MBSTRING_UTF8, name, Int32(name.count), -1, 0)
                == 1
        else { throw ErrorQueue.failure("setting the subject") }
    }

    private func setSerial() throws(TLSError) {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard unsafe RAND_bytes(&bytes, Int32(bytes.count)) == 1 else { throw ErrorQueue.failure("RAND_bytes") }
        // RFC 5280 §4.1.2.2: positive, not zero.
        bytes[0] |= 1
        guard let number = unsafe BN_bin2bn(bytes, Int32(bytes.count), nil) else { throw ErrorQueue.failure("BN_bin2bn") }
        defer { unsafe BN_free(number) }
        guard unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.pointer)) != nil else {
            throw ErrorQueue.failure("setting the serial number")
        }
    }

    /// Names the issuer, which may be the certificate itself.
    func setIssuer(_ other: Certificate) throws(TLSError) {
        guard unsafe X509_set_issuer_name(certificate.pointer, X509_get_subject_name(other.pointer)) == 1 else {
            throw ErrorQueue.failure("setting the issuer")
        }
    }

    /// Adds an extension in OpenSSL's configuration syntax; key identifiers are computed from the issuer.
    func add(_ identifier: Int32, _ value: String, issuer: Certificate) throws(TLSError) {
        guard unsafe engram_x509_add_extension(certificate.pointer, issuer.pointer, identifier, value) == 1 else {
            throw ErrorQueue.failure("adding the extension \(value)")
        }
    }

    func sign(with key: PrivateKey) throws(TLSError) -> Certificate {
        guard unsafe X509_sign(certificate.pointer, key.pointer, EVP_sha256()) > 0 else { throw ErrorQueue.failure("signing") }
        return certificate
    }
}
