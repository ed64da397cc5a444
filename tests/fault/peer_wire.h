/* SPDX-License-Identifier: MIT */
/* The peer's end of one connection, plain or TLS. Whatever waits here ends when the peer stops.
 * For threads that block SIGPIPE: OpenSSL writes without MSG_NOSIGNAL. */
#ifndef FAULT_PEER_WIRE_H
#define FAULT_PEER_WIRE_H

#include <openssl/ssl.h>
#include <stddef.h>

struct peer_wire {
    int fd;       /* not blocking; −1 after close and reset */
    int stop;     /* readable when the peer stops */
    SSL_CTX *tls; /* NULL: plain */
    SSL *ssl;     /* NULL until the handshake begins */
};

/* The wire takes @fd over; @stop and @tls stay the caller's. */
void peer_wire_init(struct peer_wire *wire, int fd, int stop, SSL_CTX *tls);

/* Each of these returns −1 when the client is gone or the peer stops. */

int peer_wire_handshake(struct peer_wire *wire); /* reading and writing begin with it, too */
int peer_wire_read(struct peer_wire *wire, char *out, size_t size, size_t *length);
int peer_wire_write(struct peer_wire *wire, const char *bytes, size_t length);
int peer_wire_rest(const struct peer_wire *wire, long ms); /* −1: until the peer stops */
/* 1 when there is something to read, 0 after @ms; −1: no limit. */
int peer_wire_await(const struct peer_wire *wire, long ms);
int peer_wire_half_close(struct peer_wire *wire);

/* These do nothing when the wire is closed. */

void peer_wire_close(struct peer_wire *wire);
void peer_wire_reset(struct peer_wire *wire);

#endif
