/* SPDX-License-Identifier: MIT */
/* One request and its answer on one easy handle. What libcurl may do with it is decided here. */
#ifndef TRANSPORT_EXCHANGE_H
#define TRANSPORT_EXCHANGE_H

#include "transport/sockets.h"
#include "transport/transport.h"

#include <curl/curl.h>

struct exchange {
    CURL *easy;
    struct sockets *sockets; /* of its lane */
    const struct call *call;
    struct reply *reply;
    struct curl_slist first;   /* "Expect:", before the caller's headers */
    struct curl_slist chunked; /* before it, for a body whose length is not known */
    int64_t given;             /* bytes of the body that its reader gave */
    int sendings;              /* how often libcurl was about to send the request */
    int has_status;            /* the final status line is there */
    int headers_done;
    int address_refused, body_too_large, headers_too_large, out_of_memory;
    char error[CURL_ERROR_SIZE];
};

/* 0, or −1 when memory is gone. */
int exchange_init(struct exchange *exchange, struct sockets *sockets);
void exchange_free(struct exchange *exchange);

/* Sets all options for the call; @fresh asks for a new connection. 0, or −1 when memory is gone. */
int exchange_start(
    struct exchange *exchange, const struct call *call, struct reply *reply, int fresh);
/* Reads the result into the reply. */
void exchange_finish(struct exchange *exchange, CURLcode result);
/* 1 when libcurl was about to send the request again and was stopped. */
int exchange_was_stopped(const struct exchange *exchange);

#endif
