/* SPDX-License-Identifier: MIT */
/* 32 threads and 1,000 (or SIZE) cold stores: each thread in an order of its own, or all at once on the
 * same. Reports how many lookups the gateway saw; one too many for each store that it did not see. */
#include "side.h"
#include "tenants.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS 32

static supa_manager *manager;
static store_id *ids;
static long stores;
static int together;
static pthread_barrier_t barrier;

static void open_cold(long size)
{
    stores = size > 0 ? size : 1000;
    ids = tenants_ids(stores);
}

static void open_same(long size)
{
    open_cold(size);
    together = 1;
}

static void shuffle(long *order, uint64_t state)
{
    for (long i = 0; i < stores; i++)
        order[i] = i;
    for (long i = stores - 1; i > 0; i--) {
        long j = (long)(random_next(&state) % (uint64_t)(i + 1)), kept = order[i];

        order[i] = order[j];
        order[j] = kept;
    }
}

static void *lease(void *user)
{
    long *order = calloc((size_t)stores, sizeof *order);

    shuffle(order, together ? 1 : (uint64_t)(uintptr_t)user);
    for (long i = 0; i < stores; i++) {
        supa_error error;
        supa_client *client;

        if (together)
            pthread_barrier_wait(&barrier);
        client = supa_manager_lease(manager, ids[order[i]], &error);
        if (client == NULL)
            side_fail("store %s: %s", ids[order[i]], error.message);
        supa_client_unref(client);
    }
    free(order);
    return NULL;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(store_id) - 1);
}

static long seen(FILE *log)
{
    store_id *sorted = calloc((size_t)stores, sizeof *sorted);
    char *was_seen = calloc((size_t)stores, 1), line[32768];
    long count = 0;

    memcpy(sorted, ids, sizeof *sorted * (size_t)stores);
    qsort(sorted, (size_t)stores, sizeof *sorted, compare);
    while (fgets(line, sizeof line, log) != NULL) {
        const char *id = strstr(line, "store_id=eq.");
        store_id *found;

        if (id == NULL || strstr(line, "\tmaster\t") == NULL)
            continue;
        found = bsearch(id + 12, sorted, (size_t)stores, sizeof *sorted, compare);
        if (found != NULL)
            was_seen[found - sorted] = 1;
        count++;
    }
    for (long i = 0; i < stores; i++)
        count += !was_seen[i];
    free(was_seen);
    free(sorted);
    return count;
}

static void run_cold(long count)
{
    FILE *log = fopen(side_setting("STACK_ACCESS_LOG"), "r");
    pthread_t thread[THREADS];

    (void)count;
    if (log == NULL || fseek(log, 0, SEEK_END) != 0)
        side_fail("the gateway's log cannot be read");
    manager = tenants_manager(stores * 2);
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (uintptr_t i = 0; i < THREADS; i++) {
        if (pthread_create(&thread[i], NULL, lease, (void *)(i + 1)) != 0)
            side_fail("no thread");
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    supa_manager_free(manager);
    usleep(100000); /* the gateway writes its line after the answer */
    side_report((double)seen(log));
    fclose(log);
}

const struct side side_cold = {"cold", open_cold, run_cold};
const struct side side_cold_same = {"cold-same", open_same, run_cold};
