/* SPDX-License-Identifier: MIT */
/* A template asked of one store's tenant, in a multi: leased without blocking, bound, sent. */
#ifndef PLATFORM_ERRAND_H
#define PLATFORM_ERRAND_H

#include <supa/manager.h>
#include <supa/multi.h>

struct errand {
    supa_multi *multi;
    supa_manager *manager;
    const supa_query *query; /* the template; it and the rest are there until done is called */
    supa_deadline deadline;  /* of the lease and the answer together */
    supa_cancel *cancel;     /* or NULL */
    /* Called once, from a later turn of the multi; the response is its own, and never NULL. */
    void (*done)(struct errand *errand, supa_response *response);
};

/* 0, or −1 when memory is gone even for telling so: then done is not called. */
int errand_begin(struct errand *errand, const char *store_id);

/* The earlier one of two moments, of which 0 is never. */
supa_deadline earlier_deadline(supa_deadline a, supa_deadline b);
/* The query by the deadline, as far as there is one, and with the token, if any. */
supa_query *errand_limit(supa_query *q, supa_deadline deadline, supa_cancel *cancel);

#endif
