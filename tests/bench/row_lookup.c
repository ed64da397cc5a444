/* SPDX-License-Identifier: MIT */
/* Leases of cached stores, 10,000 (or SIZE) in a random order, by one thread or several. Reports how many
 * leases a second all of them got. */
#include "side.h"
#include "tenants.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static supa_manager *manager;
static store_id *ids;
static long stores, threads = 1, per_thread;

static void open_lookup(long size)
{
    stores = size > 0 ? size : 10000;
    manager = tenants_manager(stores + stores / 2);
    ids = tenants_ids(stores);
    tenants_lease_all(manager, ids, stores);
    store_ids_shuffle(ids, stores, 1);
}

static void *lease(void *user)
{
    const long me = *(const long *)user;
    long place = stores / threads * me;
    cpu_set_t core;

    if (threads > 1) {
        CPU_ZERO(&core);
        CPU_SET((size_t)(me % sysconf(_SC_NPROCESSORS_ONLN)), &core);
        sched_setaffinity(0, sizeof core, &core);
    }
    for (long i = 0; i < per_thread; i++) {
        supa_error error;
        supa_client *client = supa_manager_lease(manager, ids[place], &error);

        if (client == NULL)
            side_fail("libsupa: %s", error.message);
        supa_client_unref(client);
        place = place + 1 < stores ? place + 1 : 0;
    }
    return NULL;
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void run_lookup(long count)
{
    pthread_t thread[64];
    long number[64];
    double start;

    per_thread = count / threads;
    start = now();
    for (long i = 0; i < threads; i++) {
        number[i] = i;
        if (threads == 1)
            lease(&number[i]);
        else if (pthread_create(&thread[i], NULL, lease, &number[i]) != 0)
            side_fail("no thread");
    }
    for (long i = 0; threads > 1 && i < threads; i++)
        pthread_join(thread[i], NULL);
    side_report((double)(per_thread * threads) / (now() - start));
}

/* SIZE is the number of threads here: they ask for the same 10,000 stores. */
static void open_threads(long size)
{
    open_lookup(0);
    threads = size > 0 ? size : 2;
}

const struct side side_lookup = {"lookup", open_lookup, run_lookup};
const struct side side_lookup_threads = {"lookup-threads", open_threads, run_lookup};
