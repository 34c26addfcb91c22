// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CShims
import EngramLocks

/// One side's TLS settings: TLS 1.3 only, own certificate, whom to trust, session resumption by tickets.
///
/// Unchecked: SSL_CTX is not changed after creation, apart from what OpenSSL guards with its own locks.
@safe
package final class TLSContext: @unchecked Sendable {
    /// How a client recognises its daemon.
    package enum Trust: Sendable {
        /// By the federation's authority.
        case authority(Certificate)
        /// By the authority's SHA-256 fingerprint (hexadecimal) alone: for enrolment, when the certificate is not known yet.
        case fingerprint(String)
    }

    /// A certificate with its key.
    package struct Credentials: Sendable {
        package let certificate: Certificate
        package let key: PrivateKey

        package init(certificate: Certificate, key: PrivateKey) throws(TLSError) {
            guard certificate.matches(key) else { throw .keyMismatch }
            self.certificate = certificate
            self.key = key
        }
    }

    let pointer: OpaquePointer
    let isServer: Bool
    /// The roles that a peer's certificate may have.
    let acceptedRoles: Set<Role>
    let lastSession = Mutex<ResumableSession?>(nil)
    /// The pinned fingerprint; OpenSSL keeps a pointer to it.
    private let pin: UnsafeMutableBufferPointer<UInt8>?

    deinit {
        unsafe SSL_CTX_free(pointer)
        unsafe pin?.deallocate()
    }

    /// A server that verifies client certificates and lets clients without any through (`peer` is nil then: allow enrolment
    /// only).
    package init(
        server credentials: Credentials, authority: Certificate, accepting roles: Set<Role> = [.agent, .operator]
    ) throws(TLSError) {
        unsafe pointer = unsafe try Self.make(TLS_server_method())
        isServer = true
        acceptedRoles = roles
        unsafe pin = nil
        try use(credentials)
        // The authority travels along so that an enrolling client can check its fingerprint.
        guard unsafe engram_ssl_ctx_add_chain(pointer, authority.pointer) == 1 else {
            throw ErrorQueue.failure("adding the authority")
        }
        try trust(authority)
        unsafe engram_ssl_ctx_no_cache(pointer)
        let label = Array("engram".utf8)
        guard unsafe SSL_CTX_set_session_id_context(pointer, label, UInt32(label.count)) == 1,
            unsafe SSL_CTX_set_num_tickets(pointer, 1) == 1
        else { throw ErrorQueue.failure("setting up session tickets") }
        installVerification()
    }

    /// A client; without credentials it can only enrol.
    package init(clientTrusting trust: Trust, credentials: Credentials?) throws(TLSError) {
        unsafe pointer = unsafe try Self.make(TLS_client_method())
        isServer = false
        acceptedRoles = [.daemon]
        switch trust {
        case .authority(let authority):
            unsafe pin = nil
            try self.trust(authority)
        case .fingerprint(let text):
            guard let bytes = Hex.decode(text), bytes.count == 32 else {
                unsafe pin = nil
                throw .invalidName(text)
            }
            let pin = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
            _ = unsafe pin.initialize(from: bytes)
            unsafe self.pin = unsafe pin
            unsafe engram_ssl_ctx_pin(pointer, pin.baseAddress)
        }
        if let credentials { try use(credentials) }
        unsafe engram_ssl_ctx_client_cache(pointer)
        unsafe SSL_CTX_sess_set_new_cb(pointer) { ssl, session in
            guard let ssl = unsafe ssl, let session = unsafe session, let context = unsafe TLSContext.of(ssl),
                let copy = unsafe SSL_SESSION_dup(session)
            else { return 0 }
            // The copy: OpenSSL spoils the original when a connection is cut, which is just when resuming pays.
            unsafe context.remember(ResumableSession(taking: copy))
            return 0
        }
        installVerification()
    }

    private static func make(_ method: OpaquePointer?) throws(TLSError) -> OpaquePointer {
        ErrorQueue.clear()
        guard let pointer = unsafe SSL_CTX_new(method) else { throw ErrorQueue.failure("SSL_CTX_new") }
        unsafe engram_ssl_ctx_modes(pointer)
        guard unsafe engram_ssl_ctx_tls13_only(pointer) == 1,
            unsafe SSL_CTX_set_ciphersuites(
                pointer, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1,
            unsafe engram_ssl_set_groups(pointer, "X25519:P-256") == 1
        else {
            unsafe SSL_CTX_free(pointer)
            throw ErrorQueue.failure("setting up TLS 1.3")
        }
        return unsafe pointer
    }

    private func use(_ credentials: Credentials) throws(TLSError) {
        guard unsafe SSL_CTX_use_certificate(pointer, credentials.certificate.pointer) == 1,
            unsafe SSL_CTX_use_PrivateKey(pointer, credentials.key.pointer) == 1
        else { throw ErrorQueue.failure("using the certificate") }
    }

    private func trust(_ authority: Certificate) throws(TLSError) {
        guard unsafe X509_STORE_add_cert(SSL_CTX_get_cert_store(pointer), authority.pointer) == 1 else {
            throw ErrorQueue.failure("trusting the authority")
        }
    }

    /// Adds the check of the role to OpenSSL's own checks of chain, dates and purpose.
    private func installVerification() {
        unsafe SSL_CTX_set_ex_data(pointer, 0, Unmanaged.passUnretained(self).toOpaque())
        unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE) { passed, store in
            guard passed == 1, let store = unsafe store, unsafe X509_STORE_CTX_get_error_depth(store) == 0 else { return passed }
            guard let raw = unsafe X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
                let context = unsafe TLSContext.of(OpaquePointer(raw)),
                let leaf = unsafe X509_STORE_CTX_get_current_cert(store), unsafe X509_up_ref(leaf) == 1,
                let identity = unsafe Certificate(taking: leaf).identity, context.acceptedRoles.contains(identity.role)
            else {
                unsafe X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION)
                return 0
            }
            return 1
        }
    }

    /// The context that an OpenSSL connection was made from.
    private static func of(_ ssl: OpaquePointer) -> TLSContext? {
        guard let raw = unsafe SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0) else { return nil }
        return unsafe Unmanaged<TLSContext>.fromOpaque(raw).takeUnretainedValue()
    }

    private func remember(_ session: ResumableSession) { lastSession.withLock { $0 = session } }

    /// Makes the next connection do a full handshake.
    package func forgetSession() { lastSession.withLock { $0 = nil } }
}

/// What a client needs to resume a session.
///
/// Unchecked: a private copy that is never changed; OpenSSL counts references atomically.
@safe
final class ResumableSession: @unchecked Sendable {
    let pointer: OpaquePointer

    init(taking pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe SSL_SESSION_free(pointer) }
}
