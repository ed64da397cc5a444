/* SPDX-License-Identifier: MIT */
/* Plays one connection of HTTP/2, each stream by a script of its own. */
#ifndef FAULT_PEER_H2_H
#define FAULT_PEER_H2_H

#include "peer_play.h"

/* Makes a server choose HTTP/2, or refuse the handshake of a client that offers something else. */
void peer_h2_choose(SSL_CTX *tls);

/* From the handshake to the end of the connection: the wire is closed after it. */
void peer_h2_play(
    struct peer_wire *wire, struct peer_record *record, const struct peer_scripts *scripts);

#endif
