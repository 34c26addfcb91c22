// SPDX-License-Identifier: Apache-2.0
import CShims
import COpenSSL

/// A PKCS #10 certificate signing request: proof that its sender holds a private key, and nothing else.
///
/// Unchecked: never changed after creation.
@safe
package final class SigningRequest: @unchecked Sendable {
    let pointer: OpaquePointer

    private init(taking pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe X509_REQ_free(pointer) }

    /// A request for `key`'s certificate. It carries no name: name and role come from the enrolment token.
    package convenience init(for key: PrivateKey) throws(TLSError) {
        ErrorQueue.clear()
        guard let pointer = unsafe X509_REQ_new() else { throw ErrorQueue.failure("X509_REQ_new") }
        unsafe self.init(taking: pointer)
        guard unsafe X509_REQ_set_version(pointer, 0) == 1, unsafe X509_REQ_set_pubkey(pointer, key.pointer) == 1,
            unsafe X509_REQ_sign(pointer, key.pointer, EVP_sha256()) > 0
        else { throw ErrorQueue.failure("making a signing request") }
    }

    package convenience init(pem: String) throws(TLSError) {
        unsafe self.init(taking: try PEM.read(pem, what: "certificate signing request") { unsafe PEM_read_bio_X509_REQ($0, nil, nil, nil) })
    }

    package func pem() throws(TLSError) -> String {
        unsafe try PEM.write { unsafe PEM_write_bio_X509_REQ($0, pointer) }
    }

    /// The public key, after checking its kind and the request's signature. Borrowed: valid as long as the request.
    func checkedKey() throws(TLSError) -> OpaquePointer {
        ErrorQueue.clear()
        defer { ErrorQueue.clear() }
        guard let key = unsafe X509_REQ_get0_pubkey(pointer) else { throw .badRequest("it has no readable public key") }
        guard unsafe engram_key_is_p256(key) else { throw .badRequest("its key is not on the curve P-256; make a P-256 key") }
        guard unsafe X509_REQ_verify(pointer, key) == 1 else { throw .badRequest("its signature does not fit its key") }
        return unsafe key
    }
}
