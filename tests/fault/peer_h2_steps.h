/* SPDX-License-Identifier: MIT */
/* The steps of a script, as one stream of HTTP/2 takes them. */
#ifndef FAULT_PEER_H2_STEPS_H
#define FAULT_PEER_H2_STEPS_H

#include "peer_h2_stream.h"

/* Takes steps until one has to wait or the script is at its end. */
void peer_h2_steps_run(struct peer_h2_stream *stream);

/* For how long a waiting stream has nothing to do by itself; −1: until something comes. */
long peer_h2_steps_rest(const struct peer_h2_stream *stream);

#endif
