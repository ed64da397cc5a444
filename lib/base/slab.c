/* SPDX-License-Identifier: MIT */
#include "base/slab.h"

#include "base/memory.h"
#include "base/secret.h"

#include <pthread.h>
#include <stdint.h>

/* libsodium puts 16 bytes before a block: what is left of 64 KiB in whole units. */
#define CHUNK_UNITS ((65536 - 16) / SLAB_ALIGNMENT)
#define SIZE_LIMIT  ((size_t)1 << 30)

/* A chunk is a row of runs, each a slot or free. What is said of a run stands at its first unit, and
 * in ordinary memory: it is no secret, and finding room must not open chunks. */
#define TAKEN  0x80000000U
#define OPEN   0x40000000U /* a slot that is still being written */
#define LENGTH 0x3FFFFFFFU /* in units */

struct chunk {
    struct chunk *next;
    char *bytes;      /* secret memory; for reading while nobody writes */
    unsigned writers; /* slots with OPEN */
    int locked;
    uint32_t units;
    uint32_t free_units;
    uint32_t runs[];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int started = -1; /* written by start alone */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct chunk *chunks;
static size_t slots;

static void lock(void)
{
    pthread_mutex_lock(&mutex);
}

static void unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

/* A child of fork may free its parent's clients: the lock is nobody's there. */
static void start(void)
{
    started = pthread_atfork(lock, unlock, unlock) == 0 ? 0 : -1;
}

static int starts(void)
{
    return pthread_once(&once, start) == 0 && started == 0;
}

static int fails(void)
{
    return memory_fails != NULL && memory_fails();
}

/* A chunk that is open for one writer who has yet to come, or NULL. */
static struct chunk *chunk_new(uint32_t wanted)
{
    uint32_t units = wanted > CHUNK_UNITS ? wanted : CHUNK_UNITS;
    struct chunk *chunk = memory_zero(sizeof *chunk + units * sizeof chunk->runs[0]);

    if (chunk == NULL)
        return NULL;
    chunk->bytes = secret_get((size_t)units * SLAB_ALIGNMENT);
    if (chunk->bytes == NULL) {
        memory_free(chunk);
        return NULL;
    }
    chunk->locked = secret_locked(chunk->bytes, (size_t)units * SLAB_ALIGNMENT);
    chunk->units = chunk->free_units = chunk->runs[0] = units;
    chunk->next = chunks;
    chunks = chunk;
    return chunk;
}

static void chunk_free(struct chunk *chunk)
{
    struct chunk **place = &chunks;

    while (*place != chunk)
        place = &(*place)->next;
    *place = chunk->next;
    secret_free(chunk->bytes);
    memory_free(chunk);
}

/* The first free run of at least @wanted units, or the chunk's end. Free neighbours become one. */
static uint32_t find_room(struct chunk *chunk, uint32_t wanted)
{
    uint32_t at = 0;

    while (at < chunk->units) {
        uint32_t *run = &chunk->runs[at], next = at + (*run & LENGTH);

        while (!(*run & TAKEN) && next < chunk->units && !(chunk->runs[next] & TAKEN)) {
            *run += chunk->runs[next];
            next = at + *run;
        }
        if (!(*run & TAKEN) && *run >= wanted)
            return at;
        at = next;
    }
    return at;
}

static struct chunk *chunk_with_room(uint32_t wanted, uint32_t *at)
{
    for (struct chunk *chunk = chunks; chunk != NULL; chunk = chunk->next) {
        if (chunk->free_units < wanted)
            continue;
        *at = find_room(chunk, wanted);
        if (*at < chunk->units)
            return chunk->writers > 0 || secret_open(chunk->bytes) == 0 ? chunk : NULL;
    }
    *at = 0;
    return chunk_new(wanted);
}

static void *take(struct chunk *chunk, uint32_t at, uint32_t wanted)
{
    uint32_t room = chunk->runs[at];

    if (room > wanted)
        chunk->runs[at + wanted] = room - wanted;
    chunk->runs[at] = wanted | TAKEN | OPEN;
    chunk->free_units -= wanted;
    chunk->writers++;
    slots++;
    return chunk->bytes + (size_t)at * SLAB_ALIGNMENT;
}

void *slab_get(size_t size)
{
    uint32_t wanted, at;
    struct chunk *chunk;
    void *slot = NULL;

    if (size == 0 || size > SIZE_LIMIT || fails() || !starts())
        return NULL;
    wanted = (uint32_t)((size + SLAB_ALIGNMENT - 1) / SLAB_ALIGNMENT);
    lock();
    chunk = chunk_with_room(wanted, &at);
    if (chunk != NULL)
        slot = take(chunk, at, wanted);
    unlock();
    return slot;
}

static struct chunk *chunk_of(const void *slot, uint32_t *at)
{
    struct chunk *chunk = chunks;
    uintptr_t offset = (uintptr_t)slot - (uintptr_t)chunk->bytes;

    while (offset >= (uintptr_t)chunk->units * SLAB_ALIGNMENT) {
        chunk = chunk->next;
        offset = (uintptr_t)slot - (uintptr_t)chunk->bytes;
    }
    *at = (uint32_t)(offset / SLAB_ALIGNMENT);
    return chunk;
}

/* One writer of the chunk less. */
static int leave(struct chunk *chunk)
{
    return --chunk->writers > 0 ? 0 : secret_shut(chunk->bytes);
}

int slab_close(void *slot)
{
    struct chunk *chunk;
    uint32_t at;
    int result;

    lock();
    chunk = chunk_of(slot, &at);
    chunk->runs[at] &= ~OPEN;
    result = leave(chunk);
    unlock();
    return fails() ? -1 : result;
}

/* A slot that cannot be opened to be wiped stays taken, as it is. */
static void give_back(struct chunk *chunk, uint32_t at)
{
    uint32_t length = chunk->runs[at] & LENGTH;

    if (!(chunk->runs[at] & OPEN)) {
        if (chunk->writers == 0 && secret_open(chunk->bytes) != 0)
            return;
        chunk->writers++;
    }
    secret_wipe(chunk->bytes + (size_t)at * SLAB_ALIGNMENT, (size_t)length * SLAB_ALIGNMENT);
    chunk->runs[at] = length;
    chunk->free_units += length;
    slots--;
    if (chunk->free_units == chunk->units)
        chunk_free(chunk);
    else
        leave(chunk);
}

void slab_free(void *slot)
{
    struct chunk *chunk;
    uint32_t at;

    if (slot == NULL)
        return;
    lock();
    chunk = chunk_of(slot, &at);
    give_back(chunk, at);
    unlock();
}

void slab_stats(struct slab_stats *stats)
{
    *stats = (struct slab_stats){0, 0, 0, 0};
    lock();
    stats->slots = slots;
    for (const struct chunk *chunk = chunks; chunk != NULL; chunk = chunk->next) {
        size_t bytes = (size_t)chunk->units * SLAB_ALIGNMENT;

        stats->chunks++;
        stats->bytes += bytes;
        stats->locked_bytes += chunk->locked ? bytes : 0;
    }
    unlock();
}
