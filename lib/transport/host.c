/* SPDX-License-Identifier: MIT */
#include "transport/host.h"

#include "base/memory.h"
#include "base/random.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define BUCKETS  1024
#define FAILURES 3             /* in a row, then the server counts as down */
#define DOWN_US  1500000       /* less up to a half */
#define TRIAL_US (2 * DOWN_US) /* how long one call may try before another one does */

struct host {
    struct host *next;    /* in its bucket */
    struct host **bucket; /* NULL: in no table any more */
    atomic_size_t references;
    atomic_int_fast64_t in_flight;
    atomic_int failures;
    atomic_int_fast64_t down_until_us;
    size_t length;
    char name[];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct host *buckets[BUCKETS];

static struct host **bucket_of(const char *name, size_t length)
{
    uint64_t hash = 14695981039346656037U;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * 1099511628211U;
    return &buckets[(hash ^ hash >> 32) % BUCKETS];
}

static struct host *make(const char *name, size_t length)
{
    struct host *host = memory_zero(sizeof *host + length + 1);

    if (host == NULL)
        return NULL;
    atomic_init(&host->references, 0);
    atomic_init(&host->in_flight, 0);
    atomic_init(&host->failures, 0);
    atomic_init(&host->down_until_us, 0);
    host->length = length;
    memcpy(host->name, name, length);
    return host;
}

struct host *host_get(const char *name, size_t length)
{
    struct host **bucket = bucket_of(name, length), *host;

    pthread_mutex_lock(&mutex);
    host = *bucket;
    while (host != NULL && (host->length != length || memcmp(host->name, name, length) != 0))
        host = host->next;
    if (host == NULL && (host = make(name, length)) != NULL) {
        host->bucket = bucket;
        host->next = *bucket;
        *bucket = host;
    }
    if (host != NULL)
        atomic_fetch_add(&host->references, 1);
    pthread_mutex_unlock(&mutex);
    return host;
}

struct host *host_ref(struct host *host)
{
    if (host != NULL)
        atomic_fetch_add_explicit(&host->references, 1, memory_order_relaxed);
    return host;
}

static void unlink_host(const struct host *host)
{
    struct host **place = host->bucket;

    while (*place != host)
        place = &(*place)->next;
    *place = host->next;
}

/* The last reference is given back under the lock: nobody finds the host meanwhile. */
void host_unref(struct host *host)
{
    size_t others;

    if (host == NULL)
        return;
    others = atomic_load_explicit(&host->references, memory_order_relaxed);
    while (others > 1) {
        if (atomic_compare_exchange_weak(&host->references, &others, others - 1))
            return;
    }
    pthread_mutex_lock(&mutex);
    if (atomic_fetch_sub(&host->references, 1) != 1) {
        host = NULL;
    } else if (host->bucket != NULL) {
        unlink_host(host);
    }
    pthread_mutex_unlock(&mutex);
    memory_free(host);
}

int host_enter(struct host *host, int64_t bound)
{
    if (atomic_fetch_add_explicit(&host->in_flight, 1, memory_order_relaxed) < bound || bound < 0)
        return 0;
    host_leave(host);
    return -1;
}

void host_leave(struct host *host)
{
    atomic_fetch_sub_explicit(&host->in_flight, 1, memory_order_relaxed);
}

int host_has_failed(const struct host *host)
{
    return atomic_load_explicit(&host->failures, memory_order_relaxed) >= FAILURES;
}

int host_is_down(const struct host *host, int64_t now_us)
{
    return host_has_failed(host) && now_us < atomic_load(&host->down_until_us);
}

int64_t host_down_us(struct host *host, int64_t now_us)
{
    int_fast64_t until;

    if (!host_has_failed(host))
        return 0;
    until = atomic_load(&host->down_until_us);
    if (now_us < until)
        return until - now_us;
    /* The time is over: who comes first tries, the others wait for what comes of it. */
    return atomic_compare_exchange_strong(&host->down_until_us, &until, now_us + TRIAL_US)
               ? 0
               : TRIAL_US;
}

void host_connected(struct host *host)
{
    if (atomic_load_explicit(&host->failures, memory_order_relaxed) != 0)
        atomic_store(&host->failures, 0);
}

void host_failed(struct host *host, int64_t now_us)
{
    if (atomic_fetch_add(&host->failures, 1) + 1 >= FAILURES)
        atomic_store(&host->down_until_us, now_us + random_jitter(DOWN_US));
}

uint64_t host_endpoint_id(void)
{
    static atomic_uint_fast64_t last;

    return atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
}

void host_lock(void)
{
    pthread_mutex_lock(&mutex);
}

void host_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

void host_forget_all(void)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct host *host = buckets[i]; host != NULL; host = host->next)
            host->bucket = NULL;
        buckets[i] = NULL;
    }
}
