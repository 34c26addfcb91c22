// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CShims

/// OpenSSL's error queue of this thread. To be cleared before a call and drained right after it, with no suspension between.
enum ErrorQueue {
    struct Entry {
        let library: Int32
        let reason: Int32
        let text: String
    }

    static func clear() { ERR_clear_error() }

    static func drain() -> [Entry] {
        var entries: [Entry] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { return entries }
            let reason = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) } ?? "error \(code)"
            entries.append(Entry(library: engram_error_library(code), reason: engram_error_reason(code), text: reason))
        }
    }

    /// A failure that only a bug or exhausted memory explains.
    static func failure(_ what: String) -> TLSError {
        let texts = drain().map(\.text)
        return .library(texts.isEmpty ? what : "\(what): \(texts.joined(separator: ", "))")
    }

    /// A failed handshake or transfer, in our words.
    static func connectionError(verifyResult: Int) -> TLSError {
        let entries = drain()
        if verifyResult != Int(X509_V_OK) { return verificationError(verifyResult) }
        for entry in entries where entry.library == ERR_LIB_SSL {
            switch entry.reason {
            case SSL_AD_REASON_OFFSET...(SSL_AD_REASON_OFFSET + 255):
                return alert(entry.reason - SSL_AD_REASON_OFFSET, entry.text)
            case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_RECORD_LENGTH_MISMATCH,
                SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_ENCRYPTED_LENGTH_TOO_LONG, SSL_R_BAD_RECORD_TYPE:
                return .notTLS
            case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_SHARED_CIPHER, SSL_R_VERSION_TOO_LOW, SSL_R_NO_PROTOCOLS_AVAILABLE,
                SSL_R_NO_SUITABLE_KEY_SHARE:
                return .noCommonProtocol(entry.text)
            default: continue
            }
        }
        return .protocolViolation(entries.isEmpty ? "unknown reason" : entries.map(\.text).joined(separator: ", "))
    }

    private static func verificationError(_ code: Int) -> TLSError {
        let text = unsafe engram_x509_error_text(code).map { unsafe String(cString: $0) } ?? "code \(code)"
        switch Int32(truncatingIfNeeded: code) {
        case X509_V_ERR_CERT_HAS_EXPIRED: return .certificateExpired
        case X509_V_ERR_CERT_NOT_YET_VALID: return .certificateNotYetValid
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_CERT_UNTRUSTED,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return .unknownAuthority(text)
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: return .wrongName(text)
        case X509_V_ERR_APPLICATION_VERIFICATION: return .wrongRole("it names no role that is accepted here")
        case X509_V_ERR_INVALID_PURPOSE: return .wrongRole(text)
        default: return .badCertificate(text)
        }
    }

    /// The alerts of RFC 8446 §6.2 that concern certificates get a sentence of advice.
    private static func alert(_ number: Int32, _ text: String) -> TLSError {
        switch number {
        case SSL3_AD_CERTIFICATE_EXPIRED: .refusedByPeer("it says that our certificate has expired; renew it, or set this clock")
        case SSL3_AD_CERTIFICATE_REVOKED: .refusedByPeer("our certificate was revoked; ask the operator")
        case TLS1_AD_UNKNOWN_CA: .refusedByPeer("our certificate was issued by another authority; enrol with this daemon")
        case SSL3_AD_BAD_CERTIFICATE: .refusedByPeer("our certificate is not valid there; check both clocks, enrol again")
        case SSL3_AD_HANDSHAKE_FAILURE:
            .refusedByPeer("our certificate has a role that is not accepted there, or no cipher is shared")
        case TLS13_AD_CERTIFICATE_REQUIRED: .refusedByPeer("it demands a certificate; enrol first")
        case TLS1_AD_PROTOCOL_VERSION: .noCommonProtocol(text)
        default: .refusedByPeer(text)
        }
    }
}
