// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CShims
import Glibc

/// An X.509 certificate.
///
/// Unchecked: the certificate is never changed after creation, and OpenSSL counts references and caches extensions under its own
/// lock.
@safe
package final class Certificate: @unchecked Sendable {
    let pointer: OpaquePointer

    init(taking pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe X509_free(pointer) }

    package convenience init(pem: String) throws(TLSError) {
        unsafe self.init(taking: try PEM.read(pem, what: "certificate") { unsafe PEM_read_bio_X509($0, nil, nil, nil) })
    }

    package func pem() throws(TLSError) -> String {
        unsafe try PEM.write { unsafe PEM_write_bio_X509($0, pointer) }
    }

    /// SHA-256 of the DER form, lower-case hexadecimal.
    package var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        // Failing needs exhausted memory; an empty fingerprint matches nothing.
        guard unsafe X509_digest(pointer, EVP_sha256(), &digest, &length) == 1 else { return "" }
        return Hex.encode(digest.prefix(Int(length)))
    }

    /// The serial number, 32 hexadecimal digits or more.
    package var serial: String {
        guard let number = unsafe ASN1_INTEGER_to_BN(X509_get0_serialNumber(pointer), nil) else { return "" }
        defer { unsafe BN_free(number) }
        let count = unsafe Int(BN_num_bits(number) + 7) / 8
        var bytes = [UInt8](repeating: 0, count: max(16, count))
        unsafe BN_bn2binpad(number, &bytes, Int32(bytes.count))
        return Hex.encode(bytes[...])
    }

    /// Seconds since 1970.
    package var notBefore: Double { unsafe Self.seconds(X509_get0_notBefore(pointer)) }
    package var notAfter: Double { unsafe Self.seconds(X509_get0_notAfter(pointer)) }

    /// The identity that the certificate carries; nil if it carries none or several.
    package var identity: PeerIdentity? {
        guard let names = unsafe X509_get_ext_d2i(pointer, NID_subject_alt_name, nil, nil) else { return nil }
        let list = OpaquePointer(names)
        defer { unsafe GENERAL_NAMES_free(list) }
        var found: (role: Role, name: String)?
        for index in unsafe 0..<engram_general_names_count(list) {
            var length: Int32 = 0
            guard let bytes = unsafe engram_general_name_uri(list, index, &length), length > 0, length <= 128 else { continue }
            let uri = unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: Int(length)), as: UTF8.self)
            guard let parsed = PeerIdentity.parse(uri: uri) else { continue }
            // Two identities in one certificate leave open which one counts.
            guard found == nil else { return nil }
            found = parsed
        }
        guard let found else { return nil }
        return PeerIdentity(name: found.name, role: found.role, serial: serial, notAfter: notAfter, fingerprint: fingerprint)
    }

    /// Whether `key` is the private half of this certificate's key.
    package func matches(_ key: PrivateKey) -> Bool {
        ErrorQueue.clear()
        defer { ErrorQueue.clear() }
        return unsafe X509_check_private_key(pointer, key.pointer) == 1
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Double {
        var parts = unsafe tm()
        guard let time = unsafe time, unsafe ASN1_TIME_to_tm(time, &parts) == 1 else { return 0 }
        return unsafe Double(timegm(&parts))
    }
}
