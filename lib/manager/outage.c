/* SPDX-License-Identifier: MIT */
#include "manager/outage.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

#define LEAST_US  250000
#define SPREAD_US 750000
#define PROBE_US  60000000 /* one who tries and is never heard of again holds up nobody for ever */

int outage_start(struct outage *outage)
{
    memset(outage, 0, sizeof *outage);
    atomic_init(&outage->down, 0);
    outage->dice = (uint64_t)clock_us() ^ (uint64_t)(uintptr_t)outage;
    return pthread_mutex_init(&outage->mutex, NULL) == 0 ? 0 : -1;
}

void outage_end(struct outage *outage)
{
    pthread_mutex_destroy(&outage->mutex);
}

int outage_is(const supa_error *error)
{
    switch (error->code) {
    case SUPA_ERROR_NETWORK:
    case SUPA_ERROR_TLS:
    case SUPA_ERROR_TIMEOUT:
    case SUPA_ERROR_BUSY:
        return 1;
    default: /* a gateway's 502, PostgREST without its database (503) */
        return error->http_status >= 500 &&
               (error->code == SUPA_ERROR_GATEWAY || error->http_status == 503);
    }
}

int outage_blocks(struct outage *outage, int64_t now_us, const char *store_id, supa_error *error)
{
    int blocks;

    if (!atomic_load_explicit(&outage->down, memory_order_acquire))
        return 0;
    pthread_mutex_lock(&outage->mutex);
    blocks = atomic_load(&outage->down) &&
             (now_us < outage->until_us ||
              (outage->probe_us != 0 && now_us < outage->probe_us + PROBE_US));
    if (!blocks)
        outage->probe_us = now_us != 0 ? now_us : 1;
    else if (error != NULL)
        *error = outage->cause;
    pthread_mutex_unlock(&outage->mutex);
    if (blocks && store_id != NULL)
        error_about(error, SUPA_SIDE_MASTER, store_id, "store_databases");
    return blocks;
}

void outage_release(struct outage *outage)
{
    if (!atomic_load_explicit(&outage->down, memory_order_acquire))
        return;
    pthread_mutex_lock(&outage->mutex);
    outage->probe_us = 0;
    pthread_mutex_unlock(&outage->mutex);
}

static int64_t roll(struct outage *outage)
{
    outage->dice = outage->dice * 6364136223846793005U + 1442695040888963407U;
    return LEAST_US + (int64_t)((outage->dice >> 33) % SPREAD_US);
}

void outage_note(struct outage *outage, int64_t now_us, const supa_error *error)
{
    int down = error != NULL && outage_is(error);

    if (!down && !atomic_load_explicit(&outage->down, memory_order_acquire))
        return;
    pthread_mutex_lock(&outage->mutex);
    outage->probe_us = 0;
    if (down) {
        outage->cause = *error;
        outage->until_us = now_us + roll(outage);
    }
    atomic_store_explicit(&outage->down, down, memory_order_release);
    pthread_mutex_unlock(&outage->mutex);
}
