/* SPDX-License-Identifier: MIT */
/* A store's row in store_databases: read with its envelope, written only if that is still there. */
#ifndef PLATFORM_RECORD_H
#define PLATFORM_RECORD_H

#include "base/text.h"
#include "platform/sealing.h"

#include <supa/platform.h>

#define RECORDS   "store_databases"
#define TYPE_SIZE 64

struct record {
    char store_id[UUID_LENGTH + 1];
    char type[TYPE_SIZE];
    char *envelope; /* the record's own; NULL until it is read */
};

/* Reads the row of the store @id. 0, or the code with @error filled in; record_free in any case. */
int record_read(
    struct record *record, supa_manager *manager, const char *id, const char *call,
    supa_error *error);
void record_free(struct record *record);

/* An update of the store's row, to be filled by supa_set. @envelope may be NULL: whatever it is now;
 * else the row must still have it. */
supa_query *record_change(supa_manager *manager, const char *store_id, const char *envelope);
/* Sends it. SUPA_OK with *written 1, or 0 when there was no such row (any more). */
int record_write(supa_query *q, int *written, supa_error *error);

#endif
