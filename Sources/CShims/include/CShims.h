// SPDX-License-Identifier: Apache-2.0
// What Swift cannot import: OpenSSL's macros, the fields of epoll_event as one 64-bit token, accept4, eventfd and adjtimex.
#ifndef ENGRAM_CSHIMS_H
#define ENGRAM_CSHIMS_H

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- epoll, accept4, eventfd ---------------------------------------------------------------------------------------

/// One readiness report: the token given at registration, and what the descriptor is ready for.
typedef struct {
    uint64_t token;
    bool readable;
    bool writable;
} engram_event;

/// A new epoll descriptor (close-on-exec), or -1 with errno.
int engram_epoll_create(void);
/// Registers `fd` once, edge-triggered, for both directions. 0, or -1 with errno.
int engram_epoll_add(int epoll, int fd, uint64_t token);
/// Registers `fd` level-triggered for reading only (the wake-up descriptor). 0, or -1 with errno.
int engram_epoll_add_wakeup(int epoll, int fd, uint64_t token);
/// Forgets `fd`. 0, or -1 with errno.
int engram_epoll_remove(int epoll, int fd);
/// Waits at most `milliseconds` (-1: for ever). The number of events filled in, 0 after a signal, or -1 with errno.
int engram_epoll_wait(int epoll, engram_event *events, int capacity, int milliseconds);

/// A new event descriptor (non-blocking, close-on-exec), or -1 with errno.
int engram_eventfd(void);
/// Makes the event descriptor readable.
void engram_eventfd_signal(int fd);
/// Empties the event descriptor.
void engram_eventfd_clear(int fd);

/// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC. The descriptor, or -1 with errno.
int engram_accept(int fd, void *address, unsigned int *length);

// ---- OpenSSL macros ------------------------------------------------------------------------------------------------

static inline int engram_ssl_ctx_tls13_only(SSL_CTX *ctx) {
    return SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1 && SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) == 1;
}
static inline void engram_ssl_ctx_modes(SSL_CTX *ctx) {
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
}
static inline void engram_ssl_ctx_client_cache(SSL_CTX *ctx) {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
}
static inline void engram_ssl_ctx_no_cache(SSL_CTX *ctx) { SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF); }
/// Adds a certificate to the chain that is sent; the context takes its own reference.
static inline int engram_ssl_ctx_add_chain(SSL_CTX *ctx, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(ctx, certificate);
}
static inline int engram_ssl_set_sni(SSL *ssl, const char *name) { return (int)SSL_set_tlsext_host_name(ssl, name); }
static inline int engram_ssl_set_groups(SSL_CTX *ctx, const char *groups) { return (int)SSL_CTX_set1_groups_list(ctx, groups); }

/// The unread bytes of a memory BIO; valid until the next call on it.
static inline size_t engram_bio_peek(BIO *bio, const unsigned char **bytes) {
    char *data = NULL;
    long count = BIO_get_mem_data(bio, &data);
    *bytes = (const unsigned char *)data;
    return count > 0 ? (size_t)count : 0;
}
static inline void engram_bio_reset(BIO *bio) { (void)BIO_reset(bio); }

static inline const char *engram_x509_error_text(long code) { return X509_verify_cert_error_string(code); }
static inline int engram_error_reason(unsigned long code) { return ERR_GET_REASON(code); }
static inline int engram_error_library(unsigned long code) { return ERR_GET_LIB(code); }

/// A new P-256 key pair, or NULL.
static inline EVP_PKEY *engram_p256_generate(void) { return EVP_EC_gen("P-256"); }
/// Whether the key is an elliptic-curve key on P-256.
bool engram_key_is_p256(const EVP_PKEY *key);

static inline int engram_general_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
/// The bytes of name `index` if it is a URI, else NULL.
const unsigned char *engram_general_name_uri(const GENERAL_NAMES *names, int index, int *length);

/// Adds an extension in OpenSSL's configuration syntax; `issuer` may be the certificate itself. 1 on success.
int engram_x509_add_extension(X509 *certificate, X509 *issuer, int nid, const char *value);

// ---- Verification --------------------------------------------------------------------------------------------------

/// Verifies a chain whose trust anchor is the presented CA certificate with this SHA-256 fingerprint (32 bytes), and nothing else.
int engram_verify_pinned(X509_STORE_CTX *context, const unsigned char *fingerprint);
/// Sets the pinned verification as the context's whole certificate check; `fingerprint` must outlive the context.
void engram_ssl_ctx_pin(SSL_CTX *ctx, const unsigned char *fingerprint);

// ---- clock ----------------------------------------------------------------------------------------------------------

/// Whether the kernel says that something keeps the clock in time (NTP).
bool engram_clock_is_kept(void);

#endif
