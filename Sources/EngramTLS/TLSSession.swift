// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CShims
import EngramLocks

/// One TLS connection as bytes in, bytes out: it never touches a socket.
///
/// Feed what arrived with `feed`, ask for what to send with `drain` after every other call. Not to be used by two threads at
/// once: its owner holds it in a mutex.
@safe
package final class TLSSession {
    /// How far a handshake came.
    package enum Progress: Equatable, Sendable { case needsMore, complete }

    /// What a read came to.
    package enum Incoming: Equatable, Sendable {
        case bytes([UInt8])
        /// More ciphertext is needed.
        case needsMore
        /// The peer said goodbye in order.
        case ended
    }

    private let context: TLSContext
    private let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    /// The identity in the peer's certificate; nil before the handshake, and for a client without a certificate.
    package private(set) var peer: PeerIdentity?

    /// A connection of the context's kind. For a client, `host` (a name or an address) must be in the server's certificate; nil
    /// checks the authority and the role only.
    package init(_ context: TLSContext, host: String? = nil) throws(TLSError) {
        ErrorQueue.clear()
        guard let ssl = unsafe SSL_new(context.pointer), let incoming = unsafe BIO_new(BIO_s_mem()),
            let outgoing = unsafe BIO_new(BIO_s_mem())
        else {
            throw ErrorQueue.failure("SSL_new")
        }
        unsafe SSL_set_bio(ssl, incoming, outgoing)
        self.context = context
        unsafe self.ssl = unsafe ssl
        unsafe self.incoming = unsafe incoming
        unsafe self.outgoing = unsafe outgoing
        if context.isServer {
            unsafe SSL_set_accept_state(ssl)
            return
        }
        unsafe SSL_set_connect_state(ssl)
        if let host {
            // A numeric host is matched with the certificate's addresses and may not be sent as a server name (RFC 6066 §3).
            if unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) != 1 {
                guard unsafe SSL_set1_host(ssl, host) == 1, unsafe engram_ssl_set_sni(ssl, host) == 1 else {
                    throw .invalidName(host)
                }
            }
        }
        context.lastSession.withLock { session in
            if let session { unsafe SSL_set_session(ssl, session.pointer) }
        }
    }

    deinit { unsafe SSL_free(ssl) }

    /// Whether the handshake resumed an earlier session.
    package var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }

    /// Goes on with the handshake. After an error, `drain` holds the alert that tells the peer why.
    package func handshake() throws(TLSError) -> Progress {
        ErrorQueue.clear()
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 {
            try identifyPeer()
            return .complete
        }
        switch unsafe SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .needsMore
        case SSL_ERROR_ZERO_RETURN: throw .peerClosedDuringHandshake
        default: throw unsafe ErrorQueue.connectionError(verifyResult: SSL_get_verify_result(ssl))
        }
    }

    /// Reads the peer's certificate. A resumed session is not verified anew, so role and end date are looked at here in any case.
    private func identifyPeer() throws(TLSError) {
        guard let raw = unsafe SSL_get1_peer_certificate(ssl) else {
            if !context.isServer { throw .badCertificate("the server sent none") }
            return
        }
        let certificate = unsafe Certificate(taking: raw)
        guard let identity = certificate.identity, context.acceptedRoles.contains(identity.role) else {
            throw .wrongRole("it names no role that is accepted here")
        }
        guard unsafe X509_cmp_current_time(X509_get0_notAfter(certificate.pointer)) > 0 else { throw .certificateExpired }
        peer = identity
    }

    /// Takes ciphertext in.
    package func feed(_ bytes: [UInt8]) throws(TLSError) {
        guard !bytes.isEmpty else { return }
        ErrorQueue.clear()
        let count = unsafe bytes.withUnsafeBytes { unsafe BIO_write(incoming, $0.baseAddress, Int32(clamping: $0.count)) }
        guard Int(count) == bytes.count else { throw ErrorQueue.failure("BIO_write") }
    }

    /// Decrypts up to `limit` bytes, as many as the ciphertext at hand gives.
    package func read(upTo limit: Int) throws(TLSError) -> Incoming {
        var status: Int32 = SSL_ERROR_NONE
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(1, limit)) { buffer, filled in
            while filled < buffer.count {
                ErrorQueue.clear()
                var count = 0
                let result = unsafe SSL_read_ex(ssl, buffer.baseAddress.map { unsafe $0 + filled }, buffer.count - filled, &count)
                guard result == 1 else {
                    status = unsafe SSL_get_error(ssl, result)
                    return
                }
                filled += count
            }
        }
        if !bytes.isEmpty { return .bytes(bytes) }
        switch status {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .needsMore
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: throw ErrorQueue.connectionError(verifyResult: Int(X509_V_OK))
        }
    }

    /// Encrypts `bytes[range]`; the ciphertext comes out of `drain`.
    package func write(_ bytes: [UInt8], _ range: Range<Int>) throws(TLSError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            ErrorQueue.clear()
            var count = 0
            let result = unsafe bytes.withUnsafeBytes { raw in
                unsafe SSL_write_ex(ssl, raw.baseAddress.map { unsafe $0 + offset }, range.upperBound - offset, &count)
            }
            guard result == 1, count > 0 else { throw ErrorQueue.connectionError(verifyResult: Int(X509_V_OK)) }
            offset += count
        }
    }

    /// Says goodbye in TLS's own way; `drain` holds it afterwards.
    package func sayGoodbye() {
        ErrorQueue.clear()
        if unsafe SSL_is_init_finished(ssl) == 1 { _ = unsafe SSL_shutdown(ssl) }
        ErrorQueue.clear()
    }

    /// The ciphertext to be sent; empty if there is none.
    package func drain() -> [UInt8] {
        var start: UnsafePointer<UInt8>?
        let count = unsafe engram_bio_peek(outgoing, &start)
        guard count > 0, let start = unsafe start else { return [] }
        let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
        unsafe engram_bio_reset(outgoing)
        return bytes
    }
}
