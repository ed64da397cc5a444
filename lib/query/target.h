/* SPDX-License-Identifier: MIT */
/* Where requests go, as far as a query has to know: the first part of a client. Immutable, counted
 * and shared between threads. */
#ifndef QUERY_TARGET_H
#define QUERY_TARGET_H

#include "query/scope.h"
#include "transport/transport.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <supa/error.h>

struct target {
    atomic_size_t references;
    void (*destroy)(struct target *target); /* called by the last target_unref */

    const char *prefix; /* "https://host/rest/v1/" */
    size_t prefix_length;
    size_t max_url;
    int server_major;           /* PostgREST's, or 0 when it is not known */
    int64_t timeout_ms;         /* 0 for none */
    const char *accept_profile; /* the schema's header lines, or NULL */
    const char *content_profile;
    const struct header_line *headers; /* what every request carries, the bearer first if any */
    const struct header_line *headers_without_token; /* the same without the bearer */
    const char *secrets[3];                          /* what may never be shown; NULL at the end */

    supa_side side;
    char store_id[40];   /* "" when it is no tenant's */
    struct scope *scope; /* a reference; NULL: nothing is checked */
};

struct target *target_ref(struct target *target);
void target_unref(struct target *target);

#endif
