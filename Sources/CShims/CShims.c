// SPDX-License-Identifier: Apache-2.0
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CShims.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timex.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ENGRAM_EVENTS = 256 };

int engram_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int engram_epoll_add(int epoll, int fd, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.u64 = token}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int engram_epoll_add_wakeup(int epoll, int fd, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = token}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int engram_epoll_remove(int epoll, int fd) {
    struct epoll_event event = {0};
    return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event);
}

int engram_epoll_wait(int epoll, engram_event *events, int capacity, int milliseconds) {
    struct epoll_event ready[ENGRAM_EVENTS];
    if (capacity > ENGRAM_EVENTS) capacity = ENGRAM_EVENTS;
    int count = epoll_wait(epoll, ready, capacity, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -1;
    for (int i = 0; i < count; i++) {
        uint32_t mask = ready[i].events;
        events[i].token = ready[i].data.u64;
        // An error or a hang-up must wake both directions: the next system call then reports it.
        events[i].readable = (mask & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
        events[i].writable = (mask & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
    }
    return count;
}

int engram_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void engram_eventfd_signal(int fd) {
    uint64_t one = 1;
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {}
}

void engram_eventfd_clear(int fd) {
    uint64_t value;
    while (read(fd, &value, sizeof value) < 0 && errno == EINTR) {}
}

int engram_accept(int fd, void *address, unsigned int *length) {
    return accept4(fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

bool engram_key_is_p256(const EVP_PKEY *key) {
    if (key == NULL || !EVP_PKEY_is_a(key, "EC")) return false;
    char group[64];
    size_t length = 0;
    if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, &length) != 1) return false;
    return strcmp(group, SN_X9_62_prime256v1) == 0 || strcmp(group, "P-256") == 0;
}

const unsigned char *engram_general_name_uri(const GENERAL_NAMES *names, int index, int *length) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    if (name == NULL || name->type != GEN_URI) return NULL;
    *length = ASN1_STRING_length(name->d.uniformResourceIdentifier);
    return ASN1_STRING_get0_data(name->d.uniformResourceIdentifier);
}

int engram_x509_add_extension(X509 *certificate, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (extension == NULL) return 0;
    int added = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}

int engram_verify_pinned(X509_STORE_CTX *context, const unsigned char *fingerprint) {
    STACK_OF(X509) *presented = X509_STORE_CTX_get0_untrusted(context);
    STACK_OF(X509) *trusted = sk_X509_new_null();
    if (trusted == NULL) return 0;
    for (int i = 0; i < sk_X509_num(presented); i++) {
        X509 *candidate = sk_X509_value(presented, i);
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int length = 0;
        if (X509_check_ca(candidate) == 1 && X509_digest(candidate, EVP_sha256(), digest, &length) == 1 && length == 32 &&
            CRYPTO_memcmp(digest, fingerprint, 32) == 0) {
            if (!sk_X509_push(trusted, candidate)) break;
        }
    }
    int verified = 0;
    if (sk_X509_num(trusted) > 0) {
        X509_STORE_CTX_set0_trusted_stack(context, trusted);
        verified = X509_verify_cert(context);
    } else {
        X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_UNTRUSTED);
    }
    // The context may look at the chain later, but not at the trusted stack.
    sk_X509_free(trusted);
    return verified == 1;
}

static int pinned_callback(X509_STORE_CTX *context, void *fingerprint) {
    return engram_verify_pinned(context, (const unsigned char *)fingerprint);
}

void engram_ssl_ctx_pin(SSL_CTX *ctx, const unsigned char *fingerprint) {
    SSL_CTX_set_cert_verify_callback(ctx, pinned_callback, (void *)fingerprint);
}

bool engram_clock_is_kept(void) {
    struct timex state = {0};
    return adjtimex(&state) != TIME_ERROR;
}
