/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Giving up: a token that cancels whatever carries it, from any thread or a signal handler, and a
 * moment by which several calls together have to be done.
 */
#ifndef SUPA_CANCEL_H
#define SUPA_CANCEL_H

#include <stdint.h>
#include <supa/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A token for any number of queries, lent to them by supa_cancel_with. Counted; any thread. It is
 * sticky: once fired it stays so, and a query that carries it ends at once as CANCELLED.
 */
typedef struct supa_cancel supa_cancel;

/**
 * A token that has not fired. It takes one file descriptor (two where there is no eventfd).
 *
 * @return a token of the caller's for supa_cancel_unref; NULL when memory or descriptors are gone.
 */
SUPA_API SUPA_WARN_UNUSED supa_cancel *supa_cancel_new(void);

/** One more reference. @return @p cancel. NULL is passed through. */
SUPA_API supa_cancel *supa_cancel_ref(supa_cancel *cancel);

/** Give a reference back; queries keep theirs. NULL is allowed. */
SUPA_API void supa_cancel_unref(supa_cancel *cancel);

/**
 * Cancel all that carries the token, now and later. Async-signal-safe; any thread; again does
 * nothing. A write that was sent already is told with outcome UNKNOWN. NULL is allowed.
 */
SUPA_API void supa_cancel_fire(supa_cancel *cancel);

/** 1 when the token has fired. Async-signal-safe; any thread. NULL never has. */
SUPA_API int supa_cancel_fired(const supa_cancel *cancel);

/** A moment, by the clock that only goes forward. Its field is the library's own; 0 is never. */
typedef struct supa_deadline {
    int64_t at_us;
} supa_deadline;

/** The moment @p ms milliseconds from now; never when @p ms is 0 or less. */
SUPA_API supa_deadline supa_deadline_in(int64_t ms);

#ifdef __cplusplus
}
#endif

#endif
