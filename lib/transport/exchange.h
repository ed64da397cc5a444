/* SPDX-License-Identifier: MIT */
/* One request and its answer on one easy handle. What libcurl may do with it is decided here. */
#ifndef TRANSPORT_EXCHANGE_H
#define TRANSPORT_EXCHANGE_H

#include "transport/sockets.h"
#include "transport/transport.h"

#include <curl/curl.h>

struct exchange {
    struct exchange *next;   /* of those of its lane that are idle, or under way */
    struct exchange **place; /* what points to it among those under way */
    CURL *easy;
    struct sockets *sockets; /* of its lane */
    int is_of_many;          /* 1: the lane is a supa_multi's */
    int is_new;              /* 1: libcurl has not worked on it yet */
    int is_looked_for;       /* 1: the idle connections to its server are looked at already */
    int is_apart;            /* 1: on a connection of its own, which is not kept */
    void *owner;             /* its user's own */
    uint64_t set_for;        /* the endpoint whose options are set, after an answer; or 0 */
    unsigned set_form;       /* and the form of call: see exchange.c */
    const struct call *call;
    struct reply *reply;
    struct curl_slist first;   /* "Expect:", before the caller's headers */
    struct curl_slist chunked; /* before it, for a body whose length is not known */
    int64_t given;             /* bytes of the body that its reader gave */
    int port;       /* ours, of the connection it is on; −1: it has none; 0 before that */
    int sendings;   /* how often libcurl was about to send the request */
    int lookup;     /* the place for the name's lookup; −1 when it has none */
    int is_begun;   /* the first line of an answer is there, and not its last */
    int has_status; /* the final status line is there */
    int status;     /* its number */
    int headers_done;
    size_t header_bytes; /* of all heads and trailers */
    int64_t length_told; /* the answer's Content-Length; −1: none yet */
    int is_paused;
    int has_given;       /* the call's sink took bytes; whoever looks at it clears it */
    int is_unsafe;       /* this libcurl's way with folded headers, folding.h */
    int is_first_header; /* the next line is */
    int address_refused, body_too_large, headers_too_large, wrong_length, is_folded, out_of_memory,
        no_lookup, stopped;
    supa_code given_up; /* why its user ended it; SUPA_OK: not at all */
    char error[CURL_ERROR_SIZE];
};

/* NULL when memory is gone. */
struct exchange *exchange_new(struct sockets *sockets, int is_of_many);
void exchange_free(struct exchange *exchange); /* NULL is allowed */

/* Sets all options for the call, as far as the call before has not. is_apart is set before. 0, or −1 when
 * memory is gone. */
int exchange_start(struct exchange *exchange, const struct call *call, struct reply *reply);
/* Reads the result into the reply. */
void exchange_finish(struct exchange *exchange, CURLcode result);
/* The call was answered, whole: what was set for it may serve the next one like it. Others leave the handle
 * in a state that only a reset is sure of. */
void exchange_keep(struct exchange *exchange);
/* Says why the exchange ends before libcurl is done with it; exchange_finish follows. */
void exchange_give_up(struct exchange *exchange, supa_code code);

#endif
