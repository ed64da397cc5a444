/* SPDX-License-Identifier: MIT */
/* The peer's TLS identity, made in the process. */
#ifndef FAULT_PEER_CERTIFICATE_H
#define FAULT_PEER_CERTIFICATE_H

#include <openssl/ssl.h>
#include <stddef.h>
#include <stdio.h>

/* A server's context with a new P-256 key and a certificate signed by itself for localhost and
 * 127.0.0.1, which is also written to a new PEM file, its path to @file. NULL when that fails;
 * then there is no file. */
SSL_CTX *peer_certificate_new(char *file, size_t size);
enum peer_certificate_fault {
    PEER_CERTIFICATE_EXPIRED,    /* yesterday */
    PEER_CERTIFICATE_OTHER_NAME, /* good for other hosts */
    PEER_CERTIFICATE_STRANGER,   /* of nobody that is trusted */
    PEER_CERTIFICATE_OLD_TLS     /* good, but spoken is TLS 1.1 at most */
};

/* The same with a fault, and only with that one: its certificate is added to @file, which is trusted,
 * but for the stranger's. */
SSL_CTX *peer_certificate_new_bad(enum peer_certificate_fault fault, const char *file);

/* Frees the context and removes the file. NULL does nothing. */
void peer_certificate_free(SSL_CTX *tls, const char *file);

/* A certificate that @key signs for itself, for localhost and 127.0.0.1. NULL when memory is gone. */
X509 *peer_certificate_make(EVP_PKEY *key, const char *name);
/* A new temporary file, its path to @file; NULL when there is none. */
FILE *peer_certificate_file(char *file, size_t size);

#endif
