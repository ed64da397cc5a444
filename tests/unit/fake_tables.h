/* SPDX-License-Identifier: MIT */
/* A master without a network: it holds rows, and answers as PostgREST does the few queries that a
 * manager sends. Its clock can be turned, and so can the manager's. */
#ifndef UNIT_FAKE_TABLES_H
#define UNIT_FAKE_TABLES_H

#include "transport/transport.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <supa/manager.h>

#define FAKE_START_US INT64_C(1767225600000000) /* 2026-01-01 00:00 UTC */

struct fake_row {
    const char *table;
    char id[40];
    char key[80];     /* of the column that is asked for: store_id, hostname, domain */
    char updated[40]; /* as text; "" is null */
    char *rest;       /* further columns, as they stand in JSON */
};

struct fake_tables {
    struct transport transport; /* the first */
    pthread_mutex_t mutex;
    struct fake_row *rows;
    size_t count;
    int64_t server_us;         /* the server's clock */
    atomic_llong now_us;       /* the manager's */
    size_t row_limit;          /* the server's; 0: none */
    int no_date;               /* answers carry no Date */
    int is_deaf;               /* it gives a table's rows whatever is asked for */
    supa_code failing;         /* every call fails with it */
    const char *failing_table; /* or those to this one, with PGRST205 */
    size_t calls, lookups;
    size_t
        asked[4]; /* queries with updated_at: store_databases, stores, store_hostnames, custom_… */
    size_t given; /* rows of all answers */
    char last_url[16384];
    supa_keyring *keyring;
};

void fake_start(struct fake_tables *fake);
void fake_end(struct fake_tables *fake);
/* A manager over it, with clock and keyring; the rest is the options' own. */
supa_manager *fake_manager(struct fake_tables *fake, supa_manager_options options);
/* Both clocks go on. */
void fake_turn(struct fake_tables *fake, int64_t ms);

/* The id of store @number, 37 bytes. */
const char *fake_store(size_t number, char out[40]);
/* Puts a store with its database, as of the server's clock; @key_number tells keys apart. */
void fake_put_store(struct fake_tables *fake, size_t number, int key_number);
/* Changes its credentials, or touches a row without changing anything, or sets its status. */
void fake_rotate(struct fake_tables *fake, size_t number, int key_number);
void fake_touch(struct fake_tables *fake, const char *table, size_t number);
void fake_set_status(struct fake_tables *fake, size_t number, const char *status);
void fake_remove(struct fake_tables *fake, size_t number);
/* A row of a host; @rest is further columns: ",\"is_active\":true". */
void fake_put_host(
    struct fake_tables *fake, const char *table, const char *id, const char *name, size_t store,
    const char *rest);
struct fake_row *fake_find(struct fake_tables *fake, const char *table, const char *id);
/* The row's updated_at becomes the server's clock and @ms. */
void fake_stamp(struct fake_tables *fake, struct fake_row *row, int64_t ms);

#endif
