// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CShims

/// A P-256 private key.
///
/// Unchecked: the key is never changed after creation, and OpenSSL counts references atomically.
@safe
package final class PrivateKey: @unchecked Sendable {
    let pointer: OpaquePointer

    private init(taking pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// A fresh key from OpenSSL's generator.
    package static func generate() throws(TLSError) -> PrivateKey {
        ErrorQueue.clear()
        guard let pointer = unsafe engram_p256_generate() else { throw ErrorQueue.failure("generating a P-256 key") }
        return unsafe PrivateKey(taking: pointer)
    }

    /// Reads an unencrypted PEM key; keys of other kinds than P-256 are refused.
    package convenience init(pem: String) throws(TLSError) {
        let pointer = unsafe try PEM.read(pem, what: "private key") { bio in
            // The callback stands in for OpenSSL's default, which would ask on the terminal.
            unsafe PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil)
        }
        unsafe self.init(taking: pointer)
        guard unsafe engram_key_is_p256(pointer) else { throw .malformedPEM(what: "P-256 private key") }
    }

    /// The key in PKCS #8 PEM, unencrypted: for `SecretFile` only.
    package func pem() throws(TLSError) -> String {
        unsafe try PEM.write { bio in unsafe PEM_write_bio_PrivateKey(bio, pointer, nil, nil, 0, nil, nil) }
    }
}
