/* SPDX-License-Identifier: MIT */
/* Many hosts at once, cheaply: up to 200 origins on 127.0.0.2 and following, each at a port of its
 * own, served by one thread. A host answers every request with status 200 and a body that names it,
 * so that an answer delivered to the wrong caller is seen, and repeats the request's target in
 * Content-Location, as PostgREST does; or it is dead in one of three ways.
 *
 *     struct crowd_host hosts[50] = {[3] = {.kind = CROWD_REFUSES}, [7] = {.delay_ms = 20}};
 *     struct crowd *crowd = crowd_start(hosts, 50, 1000);
 *     ...  crowd_url(crowd, i)  ...
 *     CU_ASSERT_STRING_EQUAL(body, crowd_body(crowd, i));
 *     crowd_stop(crowd);
 *
 * All functions may be called from any thread until crowd_stop. */
#ifndef FAULT_CROWD_H
#define FAULT_CROWD_H

#include <stddef.h>

struct crowd;

enum crowd_kind {
    CROWD_ALIVE,
    CROWD_REFUSES, /* nobody listens: connecting fails at once */
    CROWD_SILENT,  /* connecting stalls */
    CROWD_MUTE     /* accepts, and never reads nor answers */
};

struct crowd_host {
    enum crowd_kind kind;
    int delay_ms; /* from a request's last byte to its answer; the thread does not wait for it */
};

enum { CROWD_MOST = 200 };

/* @n is 1 to CROWD_MOST. Connections that ask for nothing for @idle_ms are closed; 0: never. NULL
 * when the system has no socket, thread or memory for it. */
struct crowd *crowd_start(const struct crowd_host *hosts, size_t n, int idle_ms);
/* Ends all connections and frees the crowd. NULL does nothing. */
void crowd_stop(struct crowd *crowd);

/* "http://127.0.0.5:40001"; the same for host and port. */
const char *crowd_url(const struct crowd *crowd, size_t i);
int crowd_port(const struct crowd *crowd, size_t i);
/* What host @i answers: "[{\"host\":\"127.0.0.5:40001\"}]". */
const char *crowd_body(const struct crowd *crowd, size_t i);

/* Of one host. */
enum crowd_count {
    CROWD_ACCEPTED, /* connections */
    CROWD_ANSWERED, /* requests */
    CROWD_COUNTS
};
size_t crowd_count(struct crowd *crowd, size_t i, enum crowd_count count);

/* Of all hosts: requests answered; connections open now; the most that were open, and the most
 * requests that waited for their answer, at one time; connections closed because they were idle. */
enum crowd_sum {
    CROWD_ALL_ANSWERED,
    CROWD_OPEN,
    CROWD_MOST_OPEN,
    CROWD_MOST_WAITING,
    CROWD_IDLE_CLOSED,
    CROWD_SUMS
};
size_t crowd_sum(struct crowd *crowd, enum crowd_sum sum);

#endif
