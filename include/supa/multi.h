/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Many queries at once on one thread: each is answered by a callback as soon as its answer is there.
 * Nothing here blocks, the lookup of names included. A multi can drive itself (supa_multi_run,
 * supa_multi_poll) or be driven by a program's own event loop (supa_multi_hooks).
 *
 * A multi belongs to one thread; only supa_multi_wakeup and supa_cancel_fire come from others.
 */
#ifndef SUPA_MULTI_H
#define SUPA_MULTI_H

#include <stddef.h>
#include <stdint.h>
#include <supa/cancel.h>
#include <supa/error.h>
#include <supa/export.h>
#include <supa/query.h>
#include <supa/response.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct supa_multi supa_multi;

/** Bounds of a multi. Begin with SUPA_MULTI_OPTIONS_INIT. 0 and −1 are no bound. */
typedef struct supa_multi_options {
    size_t size;             /**< sizeof(supa_multi_options); _INIT sets it */
    int64_t max_in_flight;   /**< requests sent and not answered. Default 512 */
    int64_t max_per_host;    /**< of them, to one host. Default 32 */
    int64_t max_connections; /**< connections that are kept open. Default 256 */
    int32_t
        is_brief; /**< 1: it lives for one call: it uses the connections that blocking calls keep
                           open, and leaves them open when it ends; max_connections does not count,
                           nothing is sent by HTTP/2 AUTO, and hooks are refused. Default 0 */
    int32_t reserved;
} supa_multi_options;

#define SUPA_MULTI_OPTIONS_INIT                                                                    \
    {                                                                                              \
        sizeof(supa_multi_options), 512, 32, 256, 0, 0                                             \
    }

/**
 * Make a multi.
 *
 * @param options  NULL for the defaults.
 * @return a multi of the caller's for supa_multi_free; NULL with @p error (may be NULL) filled in.
 */
SUPA_API SUPA_WARN_UNUSED supa_multi *
supa_multi_new(const supa_multi_options *options, supa_error *error);

/**
 * End a multi. What is in flight is called back as CANCELLED first. Not from a callback (then it does
 * nothing); in a child of fork it frees what can be freed and calls nobody back. NULL is allowed.
 */
SUPA_API void supa_multi_free(supa_multi *multi);

/**
 * The answer to one query. @p response is the callback's to free; it says itself whether all is well.
 * A callback may add queries, cancel, and make blocking calls, but not run, poll or free the multi.
 */
typedef void (*supa_multi_done)(void *user, supa_response *response);

/**
 * Send a query among others. It waits its turn when a bound is reached; hosts take turns, so that one
 * tenant's thousand queries do not hold up another's single one. The query's time and deadline count
 * from now on.
 *
 * @param q     consumed, always.
 * @param done  called once, from a later supa_multi_poll (or _run, _socket, _timeout, _free), never
 *              from within this call, also when the query carries a mistake.
 * @return a ticket for supa_multi_cancel; 0 when memory is gone even for telling so, when
 *         @p multi or @p done is NULL, and while the multi is freed: then @p done is not called.
 */
SUPA_API uint64_t
supa_multi_add(supa_multi *multi, supa_query *q, supa_multi_done done, void *user);

/** What a callback of rows wants next. */
enum supa_rows_wish {
    SUPA_ROWS_GO_ON = 0, /**< the next row */
    SUPA_ROWS_PAUSE = 1, /**< no further row before supa_multi_resume: the server is held up */
    SUPA_ROWS_STOP = 2   /**< no further row at all: the end is called back as CANCELLED */
};

/** One row, valid until the callback returns. @return a supa_rows_wish. */
typedef int (*supa_multi_row)(void *user, supa_row row);

/**
 * Send a query whose rows are called back one by one as they come, in constant memory. Its time runs
 * to the first row; afterwards supa_client_options.stall_ms counts while rows are waited for. Of a
 * query that is paused by HTTP/2, libcurl takes what its window holds (some 32 MB at most) while others
 * on the connection go on.
 *
 * @param on_row  for each row.
 * @param on_end  once, at the end: the response carries the error, if any, status and headers, and no
 *                rows. An answer that breaks off is an error after its good rows.
 * @return as supa_multi_add.
 */
SUPA_API uint64_t supa_multi_rows(
    supa_multi *multi, supa_query *q, supa_multi_row on_row, supa_multi_done on_end, void *user);

/** Have the rows of a paused query go on. @return 0, or −1 when there is no such query any more. */
SUPA_API int supa_multi_resume(supa_multi *multi, uint64_t ticket);

/**
 * Cancel one query; it is called back as CANCELLED from a later poll.
 *
 * @return 0, or −1 when there is no such query any more.
 */
SUPA_API int supa_multi_cancel(supa_multi *multi, uint64_t ticket);

/** How many queries have not been called back. */
SUPA_API size_t supa_multi_count(const supa_multi *multi);

/**
 * Go on until all queries have been called back.
 *
 * @return 0; −1 from within a callback, in a child of fork, with hooks set, or when @p multi is NULL.
 */
SUPA_API int supa_multi_run(supa_multi *multi);

/**
 * Go on: wait for at most @p ms milliseconds until something can be called back, and do so.
 *
 * @param ms  0 does not wait; −1 waits as long as it takes.
 * @return how many queries have not been called back; −1 as supa_multi_run.
 */
SUPA_API int supa_multi_poll(supa_multi *multi, int64_t ms);

/** Have a supa_multi_poll that waits, or the next one, return early. Any thread. */
SUPA_API void supa_multi_wakeup(supa_multi *multi);

/** What a multi waits for on a descriptor, and what supa_multi_socket is told of it. */
enum supa_multi_events { SUPA_MULTI_NONE = 0, SUPA_MULTI_READ = 1, SUPA_MULTI_WRITE = 2 };

/** Watch @p fd for @p events from now on, in place of what was watched; NONE: no more. */
typedef void (*supa_multi_on_socket)(void *user, int fd, int events);
/** Call supa_multi_timeout in @p ms milliseconds, in place of what was set; −1: not at all. */
typedef void (*supa_multi_on_timer)(void *user, int64_t ms);

/**
 * Have the program's own event loop drive the multi, from now on, by supa_multi_socket and
 * supa_multi_timeout. To be called before the first query is added. The hooks may be called from
 * within any call on the multi and may not call it themselves. See supa/adapters/uv.h for libuv.
 *
 * @return 0, or −1 when queries are in flight, memory or descriptors are gone, a hook is NULL, or it
 *         is brief.
 */
SUPA_API int supa_multi_hooks(
    supa_multi *multi, supa_multi_on_socket on_socket, supa_multi_on_timer on_timer, void *user);

/** Something happened on a descriptor. @p events: supa_multi_events. */
SUPA_API void supa_multi_socket(supa_multi *multi, int fd, int events);

/** The time that was set has come. */
SUPA_API void supa_multi_timeout(supa_multi *multi);

#ifdef __cplusplus
}
#endif

#endif
