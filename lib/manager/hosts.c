/* SPDX-License-Identifier: MIT */
#include "manager/hosts.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS 16

struct shard {
    pthread_mutex_t mutex;
    struct host_table table;
    int64_t hits, misses;
    struct fetch *fetches;
};

struct hosts {
    struct shard shards[SHARDS];
    struct hosts_options options;
    uint64_t seed;
    atomic_int cancelled;
};

const struct hosts_options *hosts_settings(const struct hosts *hosts)
{
    return &hosts->options;
}

struct hosts *hosts_new(const struct hosts_options *options)
{
    struct hosts *hosts = memory_zero(sizeof *hosts);
    size_t started = 0;

    if (hosts == NULL)
        return NULL;
    hosts->options = *options;
    hosts->seed = (uint64_t)clock_us() ^ (uint64_t)(uintptr_t)hosts;
    atomic_init(&hosts->cancelled, 0);
    while (started < SHARDS && pthread_mutex_init(&hosts->shards[started].mutex, NULL) == 0)
        started++;
    if (started == SHARDS)
        return hosts;
    while (started > 0)
        pthread_mutex_destroy(&hosts->shards[--started].mutex);
    memory_free(hosts);
    return NULL;
}

static int64_t now_us(const struct hosts *hosts)
{
    return hosts->options.clock(hosts->options.clock_user);
}

static uint64_t hash(const struct hosts *hosts, const char *name)
{
    uint64_t value = hash_text(HASH_START ^ hosts->seed, name);

    return value ^ value >> 29;
}

static struct shard *shard_of(struct hosts *hosts, const char *name)
{
    return &hosts->shards[hash(hosts, name) % SHARDS];
}

static struct host_entry **find(const struct hosts *hosts, struct shard *shard, const char *name)
{
    return host_table_find(&shard->table, name, hash(hosts, name) / SHARDS);
}

static void keep(
    struct hosts *hosts, struct shard *shard, const char *name, const struct host_found *found,
    int64_t for_us)
{
    struct host_entry **place = find(hosts, shard, name), *entry;

    if (*place != NULL)
        host_table_remove(&shard->table, place);
    if (for_us <= 0 || hosts->options.max < SHARDS)
        return;
    entry = host_table_add(
        &shard->table, name, hash(hosts, name) / SHARDS, (size_t)hosts->options.max / SHARDS);
    if (entry == NULL)
        return; /* simply not cached */
    if (found != NULL)
        entry->found = *found;
    entry->expires_us = now_us(hosts) + for_us;
}

int hosts_unknown(supa_error *error, const char *name)
{
    error_set(
        error, SUPA_ERROR_HOST_NOT_FOUND, SUPA_ANSWERED, "host %s: the master knows no store of it",
        name);
    error_about(error, SUPA_SIDE_MASTER, "", NULL);
    return SUPA_ERROR_HOST_NOT_FOUND;
}

void hosts_given_up(struct host_waiter *waiter, supa_code code)
{
    error_set(
        &waiter->error, code, SUPA_NOT_SENT, "host %s: %s while it was being looked up",
        waiter->name, code == SUPA_ERROR_TIMEOUT ? "the deadline passed" : "cancelled");
    error_about(&waiter->error, SUPA_SIDE_MASTER, "", NULL);
    waiter->error.retryable = code == SUPA_ERROR_TIMEOUT;
}

static void say_cancelled(supa_error *error, const char *name)
{
    error_set(error, SUPA_ERROR_CANCELLED, SUPA_NOT_SENT, "host %s: the manager has ended", name);
}

/* 1 when the name is cached, as found or as unknown. */
static int hit(struct hosts *hosts, struct shard *shard, struct host_waiter *waiter)
{
    struct host_entry *entry = *find(hosts, shard, waiter->name);

    if (entry == NULL || now_us(hosts) >= entry->expires_us)
        return 0;
    entry->used = 1;
    shard->hits++;
    if (entry->found.source == 0)
        hosts_unknown(&waiter->error, waiter->name);
    else
        waiter->found = entry->found;
    return 1;
}

int hosts_hit(struct hosts *hosts, const char *name, struct host_found *found)
{
    struct shard *shard = shard_of(hosts, name);
    struct host_entry *entry;
    int is_hit;

    pthread_mutex_lock(&shard->mutex);
    entry = *find(hosts, shard, name);
    is_hit = entry != NULL && entry->found.source != 0 && now_us(hosts) < entry->expires_us;
    if (is_hit) {
        entry->used = 1;
        shard->hits++;
        *found = entry->found;
    }
    pthread_mutex_unlock(&shard->mutex);
    return is_hit;
}

/* 1 when the name was known not long ago, and the master cannot be asked. */
static int
graced(struct hosts *hosts, struct shard *shard, const char *name, struct host_found *found)
{
    struct host_entry *entry = *find(hosts, shard, name);

    if (entry == NULL || entry->found.source == 0 ||
        now_us(hosts) >= entry->expires_us + hosts->options.grace_us)
        return 0;
    *found = entry->found;
    return 1;
}

static enum host_state join_or_begin(
    struct hosts *hosts, struct shard *shard, struct host_waiter *waiter, struct fetch **fetch)
{
    struct fetch *running = fetch_find(shard->fetches, waiter->name);

    if (running != NULL && !waiter->is_alone) {
        fetch_join(running, &waiter->base);
        return HOST_WAITS;
    }
    shard->misses++;
    if (outage_blocks(hosts->options.outage, now_us(hosts), NULL, &waiter->error)) {
        if (graced(hosts, shard, waiter->name, &waiter->found))
            waiter->error.code = SUPA_OK;
        return HOST_READY;
    }
    *fetch = NULL;
    if (atomic_load(&hosts->cancelled))
        say_cancelled(&waiter->error, waiter->name);
    else if ((*fetch = fetch_begin(&shard->fetches, waiter->name)) == NULL)
        error_no_memory(&waiter->error);
    if (*fetch == NULL) {
        outage_release(hosts->options.outage);
        return HOST_READY;
    }
    fetch_join(*fetch, &waiter->base);
    return HOST_RUNS;
}

enum host_state
hosts_ask(struct hosts *hosts, const char *name, struct host_waiter *waiter, struct fetch **fetch)
{
    struct shard *shard = shard_of(hosts, name);
    enum host_state state = HOST_READY;

    memmove(waiter->name, name, strlen(name) + 1);
    waiter->base.fetch = NULL;
    waiter->base.overtaken = 0;
    waiter->error.code = SUPA_OK;
    pthread_mutex_lock(&shard->mutex);
    if (!hit(hosts, shard, waiter))
        state = join_or_begin(hosts, shard, waiter, fetch);
    pthread_mutex_unlock(&shard->mutex);
    return state;
}

int hosts_leave(struct hosts *hosts, struct host_waiter *waiter)
{
    struct shard *shard = shard_of(hosts, waiter->name);
    int left;

    pthread_mutex_lock(&shard->mutex);
    left = fetch_leave(&waiter->base);
    pthread_mutex_unlock(&shard->mutex);
    return left;
}

static void land(
    struct hosts *hosts, struct shard *shard, const struct fetch *fetch, struct host_found *found,
    supa_error *error)
{
    if (fetch->overtaken)
        return;
    if (error->code == SUPA_OK)
        keep(hosts, shard, fetch->key, found, hosts->options.ttl_us);
    else if (error->code == SUPA_ERROR_HOST_NOT_FOUND)
        keep(hosts, shard, fetch->key, NULL, hosts->options.unknown_us);
    else if (outage_is(error) && graced(hosts, shard, fetch->key, found))
        error->code = SUPA_OK;
}

void hosts_finish(
    struct hosts *hosts, struct fetch *fetch, const struct host_found *found,
    const supa_error *error)
{
    struct shard *shard = shard_of(hosts, fetch->key);
    struct host_found last_found = *found;
    supa_error last_error = *error;
    struct fetch_waiter *waiters;

    pthread_mutex_lock(&shard->mutex);
    land(hosts, shard, fetch, &last_found, &last_error);
    waiters = fetch_end(&shard->fetches, fetch);
    for (struct fetch_waiter *one = waiters; one != NULL; one = one->next) {
        ((struct host_waiter *)one)->found = last_found;
        ((struct host_waiter *)one)->error = last_error;
    }
    pthread_mutex_unlock(&shard->mutex);
    fetch_tell(waiters);
}

void hosts_drop(struct hosts *hosts, struct fetch *fetch, const supa_error *error)
{
    struct shard *shard = shard_of(hosts, fetch->key);
    const struct host_found nothing = {0};

    pthread_mutex_lock(&shard->mutex);
    fetch->overtaken = FETCH_DROPPED;
    pthread_mutex_unlock(&shard->mutex);
    outage_release(hosts->options.outage);
    hosts_finish(hosts, fetch, &nothing, error);
}

static int same_found(const struct host_found *a, const struct host_found *b)
{
    return a->source == b->source && uuid_same(a->row, b->row) && uuid_same(a->store, b->store) &&
           a->is_redirect == b->is_redirect && strcmp(a->redirect_to, b->redirect_to) == 0;
}

static int by_row(const void *a, const void *b)
{
    return uuid_compare(
        ((const struct host_row *)a)->found.row, ((const struct host_row *)b)->found.row);
}

/* The row that an entry was made from, and it says something else by now; or the row of its name. */
static int contradicts(const struct host_row *row, const struct host_entry *entry)
{
    int same_name = strcmp(row->name, entry->name) == 0;

    if (uuid_same(row->found.row, entry->found.row))
        return !same_name || !same_found(&row->found, &entry->found);
    return same_name;
}

static int is_renamed(const struct host_entry *entry, const struct host_row *rows, size_t count)
{
    struct host_row key;
    const struct host_row *row;

    key.found.row = entry->found.row;
    row = bsearch(&key, rows, count, sizeof *rows, by_row);
    return row != NULL && contradicts(row, entry);
}

static void learn_rows(
    const struct hosts *hosts, struct shard *shard, const struct host_row *rows, size_t count)
{
    for (size_t i = 0; i < HOST_BUCKETS; i++) {
        for (struct host_entry **place = &shard->table.buckets[i]; *place != NULL;) {
            if ((*place)->found.source != 0 && is_renamed(*place, rows, count))
                host_table_remove(&shard->table, place);
            else
                place = &(*place)->next;
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct host_entry **place = find(hosts, shard, rows[i].name);

        if (*place != NULL && contradicts(&rows[i], *place))
            host_table_remove(&shard->table, place);
    }
    fetch_overtake_all(shard->fetches);
}

void hosts_learn(struct hosts *hosts, struct host_row *rows, size_t count)
{
    qsort(rows, count, sizeof *rows, by_row);
    for (size_t i = 0; i < SHARDS && count != 0; i++) {
        pthread_mutex_lock(&hosts->shards[i].mutex);
        learn_rows(hosts, &hosts->shards[i], rows, count);
        pthread_mutex_unlock(&hosts->shards[i].mutex);
    }
}

static void forget_in(struct shard *shard, const struct uuid *store)
{
    for (size_t i = 0; i < HOST_BUCKETS; i++) {
        for (struct host_entry **place = &shard->table.buckets[i]; *place != NULL;) {
            if (store == NULL || uuid_same((*place)->found.store, *store))
                host_table_remove(&shard->table, place);
            else
                place = &(*place)->next;
        }
    }
    fetch_overtake_all(shard->fetches);
}

void hosts_forget(struct hosts *hosts, const struct uuid *store)
{
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_lock(&hosts->shards[i].mutex);
        forget_in(&hosts->shards[i], store);
        pthread_mutex_unlock(&hosts->shards[i].mutex);
    }
}

void hosts_cancel(struct hosts *hosts)
{
    atomic_store(&hosts->cancelled, 1);
    for (size_t i = 0; i < SHARDS; i++) {
        struct fetch_waiter *waiters;

        pthread_mutex_lock(&hosts->shards[i].mutex);
        waiters = fetch_abandon_all(hosts->shards[i].fetches);
        for (struct fetch_waiter *one = waiters; one != NULL; one = one->next) {
            one->overtaken = 0;
            say_cancelled(&((struct host_waiter *)one)->error, ((struct host_waiter *)one)->name);
        }
        pthread_mutex_unlock(&hosts->shards[i].mutex);
        fetch_tell(waiters);
    }
}

void hosts_free(struct hosts *hosts)
{
    if (hosts == NULL)
        return;
    hosts_forget(hosts, NULL);
    for (size_t i = 0; i < SHARDS; i++)
        pthread_mutex_destroy(&hosts->shards[i].mutex);
    memory_free(hosts);
}

void hosts_stats(struct hosts *hosts, supa_manager_stats *out)
{
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_lock(&hosts->shards[i].mutex);
        out->host_hits += hosts->shards[i].hits;
        out->host_misses += hosts->shards[i].misses;
        pthread_mutex_unlock(&hosts->shards[i].mutex);
    }
}
