/* SPDX-License-Identifier: MIT */
#include "manager/refresh.h"

#include "base/clock.h"
#include "base/error.h"
#include "manager/sweep.h"

void refresh_end(struct refresh *refresh)
{
    pthread_mutex_destroy(&refresh->running);
}

static int64_t clock_now(const struct refresh *refresh)
{
    return refresh->delta.clock(refresh->delta.clock_user);
}

/* The first delta tells what has changed since then. */
static void begin(struct refresh *refresh, int64_t now_us)
{
    int by_leases = refresh->interval_us != 0 && !refresh->in_background;
    long long unset = 0, due_us = by_leases ? now_us + refresh->interval_us : INT64_MAX;

    pthread_mutex_lock(&refresh->running);
    if (atomic_compare_exchange_strong(&refresh->due_us, &unset, due_us)) {
        refresh->delta.started_us = now_us;
        refresh->sweep_due_us = now_us + refresh->sweep_us;
    }
    pthread_mutex_unlock(&refresh->running);
}

int refresh_start(struct refresh *refresh)
{
    atomic_init(&refresh->due_us, 0);
    refresh->sweep_due_us = 0;
    if (pthread_mutex_init(&refresh->running, NULL) != 0)
        return -1;
    if (refresh->in_background)
        begin(refresh, clock_now(refresh));
    return 0;
}

static int run_sweep(struct refresh *refresh, int64_t now_us, supa_error *error)
{
    int64_t removed;
    int code = sweep_run(
        refresh->delta.master, refresh->delta.cache, refresh->delta.deadline, &removed, error);

    if (code != SUPA_OK)
        return code;
    counters_add(&refresh->counters->sweeps, 1);
    counters_add(&refresh->counters->swept, removed);
    refresh->sweep_due_us = now_us + refresh->sweep_us;
    return SUPA_OK;
}

/* Its caller had no more time: that says nothing about the master. */
static int ran_out(const struct refresh *refresh, const supa_error *error)
{
    const int64_t deadline_us = refresh->delta.deadline.at_us;

    return error->code == SUPA_ERROR_TIMEOUT && deadline_us != 0 && clock_us() >= deadline_us;
}

static int run(struct refresh *refresh, int64_t deadline_us, supa_error *error)
{
    int64_t now_us = clock_now(refresh);
    int code;

    counters_add(&refresh->counters->refreshes, 1);
    if (outage_blocks(refresh->outage, now_us, NULL, error)) {
        counters_add(&refresh->counters->refresh_failures, 1);
        return error->code;
    }
    refresh->delta.deadline.at_us = deadline_us;
    code = delta_run(&refresh->delta, error);
    if (code == SUPA_OK && refresh->sweep_us != 0 && now_us >= refresh->sweep_due_us)
        code = run_sweep(refresh, now_us, error);
    if (code != SUPA_OK && ran_out(refresh, error))
        outage_release(refresh->outage);
    else
        outage_note(refresh->outage, clock_now(refresh), code != SUPA_OK ? error : NULL);
    if (code != SUPA_OK) {
        counters_add(&refresh->counters->refresh_failures, 1);
        counters_error(refresh->counters, error);
    }
    return code;
}

void refresh_due(struct refresh *refresh, int64_t now_us, int64_t deadline_us)
{
    long long due_us = atomic_load(&refresh->due_us);
    supa_error error;

    if (due_us == 0) {
        begin(refresh, now_us);
        return;
    }
    if (now_us < due_us ||
        !atomic_compare_exchange_strong(&refresh->due_us, &due_us, now_us + refresh->interval_us) ||
        pthread_mutex_trylock(&refresh->running) != 0)
        return;
    error_clear(&error);
    run(refresh, deadline_us, &error);
    pthread_mutex_unlock(&refresh->running);
}

int refresh_now(struct refresh *refresh, supa_error *error)
{
    int code;

    if (atomic_load(&refresh->due_us) == 0)
        begin(refresh, clock_now(refresh));
    pthread_mutex_lock(&refresh->running);
    code = run(refresh, 0, error);
    pthread_mutex_unlock(&refresh->running);
    return code;
}
