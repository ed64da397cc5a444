/* SPDX-License-Identifier: MIT */
/* The stores of a fan-out, one by one: those of a list, or the registry's, whose next page is read in a
 * multi while the stores of the one before are worked on. */
#ifndef PLATFORM_STORE_QUEUE_H
#define PLATFORM_STORE_QUEUE_H

#include "base/text.h"

#include <supa/cancel.h>
#include <supa/multi.h>
#include <supa/query.h>

struct store_queue {
    const char *const *ids; /* of a list, which are UUIDs; or NULL */
    size_t count;

    supa_query *query; /* or of the registry: each page is a copy of it; the queue's */
    int64_t size;      /* rows a page */
    supa_multi *multi;
    supa_deadline deadline;
    supa_cancel *cancel;
    void (*came)(void *user); /* told when there may be more stores */
    void *user;

    supa_response *page, *next_page;
    size_t index;   /* in the list or the page */
    size_t largest; /* page so far: the server's own limit, if it is below size */
    char last[UUID_LENGTH + 1];
    int is_asked, has_ended;
    supa_error error; /* that ended it before its time */
};

/* Asks for the first page, if there are any. */
void store_queue_start(struct store_queue *queue);
/* The next store that is known: 1, or 0 when none is, for now or at all. */
int store_queue_next(struct store_queue *queue, char id[UUID_LENGTH + 1]);
/* 1 when no store is left to be known. */
int store_queue_ended(const struct store_queue *queue);
/* Only when no page is under way. */
void store_queue_free(struct store_queue *queue);

#endif
