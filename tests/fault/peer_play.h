/* SPDX-License-Identifier: MIT */
/* Plays one connection's script, HTTP/1.1. */
#ifndef FAULT_PEER_PLAY_H
#define FAULT_PEER_PLAY_H

#include "peer_record.h"
#include "peer_wire.h"

struct peer_scripts {
    struct peer_step **steps;
    size_t count;
};

/* Script @i, or the last one. */
const struct peer_step *peer_scripts_get(const struct peer_scripts *scripts, size_t i);

enum { PEER_INPUT = 16384 };

struct peer_play {
    struct peer_wire wire;
    struct peer_record *record;
    struct peer_message *message; /* under way; the record's once its head is whole */
    size_t first; /* input[first] to input[last - 1]: read, not yet taken by a step */
    size_t last;
    char input[PEER_INPUT];
};

/* All steps, to the end of the connection: the wire is closed after it. */
void peer_play(struct peer_play *play, const struct peer_step *steps);

#endif
