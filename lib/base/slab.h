/* SPDX-License-Identifier: MIT */
/* Guarded memory for many small secrets that are written once and read often: every store's keys.
 * Slots lie in chunks of 64 KiB. Around a chunk are guard pages, it stays out of core dumps, it is
 * locked where the system lets us, and what is freed is wiped. A chunk can be written to only while
 * one of its slots is new; at all other times it is for reading. A block of secret_get for each
 * would take four of the process's mappings (Linux allows 65,530) and a locked page.
 *
 * Any thread may call any of these; reading a slot needs no call and no lock. */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include <stddef.h>

#define SLAB_ALIGNMENT 64

/* A slot of @size bytes (1 to 1 GiB), aligned for any type, to be written by the caller until
 * slab_close. NULL when memory is gone. */
void *slab_get(size_t size);
/* From here on the slot is for reading. 0, or −1 when the system did not let us: it is only to be
 * freed then. */
int slab_close(void *slot);
/* Wipes and frees, also a slot that was not closed. A chunk without slots goes back to the system.
 * NULL is allowed. */
void slab_free(void *slot);

struct slab_stats {
    size_t slots;        /* not yet freed; no leak checker sees them */
    size_t chunks;       /* a fourth of the mappings that they take */
    size_t bytes;        /* of all chunks */
    size_t locked_bytes; /* of those that never go to the swap space */
};
void slab_stats(struct slab_stats *stats);

#endif
