/* SPDX-License-Identifier: MIT */
/* What a cached lookup cannot do without: a table of 10,000 (or SIZE) ids, asked in a random order, with a
 * counted reference taken and given back. And the memory of 16,384 (or SIZE) URLs and keys in it. */
#include "side.h"
#include "store_ids.h"
#include "sum.h"

#include <stdatomic.h>
#include <stdlib.h>

struct entry {
    store_id id;
    char *url, *key;
    atomic_long references;
    struct entry *next;
};

static struct entry **buckets;
static store_id *ids;
static long stores, mask;
static long place;

static struct entry **bucket_of(const char *id)
{
    uint64_t sum = sum_text(0, id, 36) * 0x9E3779B97F4A7C15u;

    return &buckets[(long)(sum >> 32) & mask];
}

static char *copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *out = malloc(size);

    if (out == NULL)
        side_fail("out of memory");
    return memcpy(out, text, size);
}

static void add(long n)
{
    struct entry *entry = calloc(1, sizeof *entry), **bucket;

    if (entry == NULL)
        side_fail("out of memory");
    store_id_of((uint64_t)n, entry->id);
    entry->url = copy(side_setting("BENCH_URL"));
    entry->key = copy(side_setting("BENCH_KEY"));
    bucket = bucket_of(entry->id);
    entry->next = *bucket;
    *bucket = entry;
}

static void make_table(long size)
{
    stores = size;
    for (mask = 1; mask < stores * 2; mask *= 2)
        ;
    buckets = calloc((size_t)mask, sizeof *buckets);
    ids = calloc((size_t)stores, sizeof *ids);
    mask--;
    for (long i = 0; i < stores; i++)
        store_id_of((uint64_t)i, ids[i]);
}

static void open_lookup(long size)
{
    make_table(size > 0 ? size : 10000);
    for (long i = 0; i < stores; i++)
        add(i);
    store_ids_shuffle(ids, stores, 1);
}

static void run_lookup(long count)
{
    for (long i = 0; i < count; i++) {
        const char *id = ids[place];
        struct entry *entry = *bucket_of(id);

        while (entry != NULL && memcmp(entry->id, id, 36) != 0)
            entry = entry->next;
        if (entry == NULL)
            side_fail("store %s is not there", id);
        atomic_fetch_add(&entry->references, 1);
        atomic_fetch_sub(&entry->references, 1);
        place = place + 1 < stores ? place + 1 : 0;
    }
}

static void open_stores(long size)
{
    make_table(size > 0 ? size : 16384);
    memset(buckets, 1, sizeof *buckets * (size_t)(mask + 1)); /* touched before it is weighed */
    memset(buckets, 0, sizeof *buckets * (size_t)(mask + 1));
}

static void run_stores(long count)
{
    long before = side_memory_kb();

    (void)count;
    for (long i = 0; i < stores; i++)
        add(i);
    side_report((double)(side_memory_kb() - before) * 1024 / (double)stores);
}

const struct side side_lookup = {"lookup", open_lookup, run_lookup};
const struct side side_stores = {"stores", open_stores, run_stores};
