// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CShims

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
        unsafe self.init(
            taking: try PEM.read(pem, what: "certificate signing request") { unsafe PEM_read_bio_X509_REQ($0, nil, nil, nil) })
    }

    /// Reads the DER form, which must fill `der` to its last byte.
    package convenience init(der: [UInt8]) throws(TLSError) {
        guard der.count <= PEM.sizeLimit else { throw .badRequest("it is longer than \(PEM.sizeLimit) bytes") }
        ErrorQueue.clear()
        defer { ErrorQueue.clear() }
        var used = 0
        let parsed: OpaquePointer? = unsafe der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let pointer = unsafe d2i_X509_REQ(nil, &cursor, buffer.count)
            if let start = buffer.baseAddress, let end = unsafe cursor { used = unsafe end - start }
            return unsafe pointer
        }
        guard let parsed = unsafe parsed else { throw .badRequest("it is not a PKCS #10 request in DER") }
        unsafe self.init(taking: parsed)
        guard used == der.count else { throw .badRequest("bytes follow its end") }
    }

    /// The request in DER: what travels on the wire.
    package func der() throws(TLSError) -> [UInt8] {
        ErrorQueue.clear()
        var start: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509_REQ(pointer, &start)
        guard count > 0, let start = unsafe start else { throw ErrorQueue.failure("writing a signing request") }
        defer { unsafe CRYPTO_free(start, "", 0) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
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
