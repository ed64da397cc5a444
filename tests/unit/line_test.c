/* SPDX-License-Identifier: MIT */
/* The line of what waits to be sent: turns, bounds, and order. */
#include "multi/flight.h"
#include "multi/line.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define FLIGHTS 64
#define HOSTS   4

static struct line line;
static struct flight flights[FLIGHTS];
static char names[HOSTS]; /* their addresses are hosts */
static char order[256];   /* the hosts in the order in which they sent: "ABAB" */

static void start(int64_t per_host)
{
    memset(&line, 0, sizeof line);
    memset(flights, 0, sizeof flights);
    order[0] = '\0';
    line.per_host = per_host;
}

static const struct host *host_of(int host)
{
    return (const struct host *)(const void *)&names[host];
}

static void join(size_t i, int host)
{
    flights[i].host = line_join(&line, host_of(host));
    flights[i].slot = (size_t)host;
    CU_ASSERT_PTR_NOT_NULL_FATAL(flights[i].host);
}

static void wait_in_line(size_t i, int host)
{
    join(i, host);
    line_push(&line, &flights[i], 0);
}

static void send_all(void)
{
    struct flight *flight;

    while ((flight = line_next(&line)) != NULL) {
        const size_t n = strlen(order);

        snprintf(order + n, sizeof order - n, "%c", (char)('A' + flight->slot));
    }
}

static void end(struct flight *flight)
{
    line_back(&line, flight->host);
    line_leave(&line, flight->host);
    flight->host = NULL;
}

/* All that were sent come back, and the line is empty. */
static void end_all(void)
{
    for (size_t i = 0; i < FLIGHTS; i++) {
        if (flights[i].host != NULL)
            end(&flights[i]);
    }
    CU_ASSERT_PTR_NULL(line.ring);
    for (size_t i = 0; i < LINE_BUCKETS; i++)
        CU_ASSERT_PTR_NULL(line.buckets[i]);
}

static void hosts_take_turns(void)
{
    start(-1);
    for (size_t i = 0; i < 5; i++)
        wait_in_line(i, 0);
    wait_in_line(5, 1);
    wait_in_line(6, 1);
    wait_in_line(7, 2);
    send_all();
    CU_ASSERT(world_same(order, "ABCABAAA"));
    end_all();
}

static void a_host_has_a_bound(void)
{
    start(2);
    for (size_t i = 0; i < 5; i++)
        wait_in_line(i, 0);
    wait_in_line(5, 1);
    send_all();
    CU_ASSERT(world_same(order, "ABA"));
    end(&flights[1]);
    send_all();
    CU_ASSERT(world_same(order, "ABAA"));
    end(&flights[0]);
    end(&flights[5]);
    send_all();
    CU_ASSERT(world_same(order, "ABAAA"));
    end(&flights[2]);
    end(&flights[3]);
    send_all();
    CU_ASSERT(world_same(order, "ABAAAA"));
    end_all();
}

static void who_comes_first_is_sent_first_and_a_retry_before_all(void)
{
    start(-1);
    for (size_t i = 0; i < 3; i++)
        wait_in_line(i, 0);
    join(3, 0);
    line_push(&line, &flights[3], 1);
    wait_in_line(4, 0);
    CU_ASSERT_PTR_EQUAL(line_next(&line), &flights[3]);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_PTR_EQUAL(line_next(&line), &flights[i]);
    line_back(&line, flights[0].host);
    line_push(&line, &flights[0], 1);
    CU_ASSERT_PTR_EQUAL(line_next(&line), &flights[0]);
    CU_ASSERT_PTR_EQUAL(line_next(&line), &flights[4]);
    CU_ASSERT_PTR_NULL(line_next(&line));
    end_all();
}

static void whoever_leaves_the_line_is_not_sent(void)
{
    start(-1);
    for (size_t i = 0; i < 4; i++)
        wait_in_line(i, 0);
    wait_in_line(4, 1);
    line_remove(&line, &flights[3]);
    line_remove(&line, &flights[1]);
    line_remove(&line, &flights[4]);
    line_push(&line, &flights[1], 0);
    CU_ASSERT_PTR_EQUAL(line_next(&line), &flights[0]);
    CU_ASSERT_PTR_EQUAL(line_next(&line), &flights[2]);
    CU_ASSERT_PTR_EQUAL(line_next(&line), &flights[1]);
    CU_ASSERT_PTR_NULL(line_next(&line));
    line_leave(&line, flights[3].host);
    line_leave(&line, flights[4].host);
    flights[3].host = flights[4].host = NULL;
    end_all();
}

static void a_host_is_found_again_among_many(void)
{
    static char many[FLIGHTS * 64];

    start(-1);
    for (size_t i = 0; i < FLIGHTS; i++) {
        const struct host *host = (const struct host *)(const void *)&many[i * 64];

        flights[i].host = line_join(&line, host);
        CU_ASSERT_PTR_EQUAL(line_join(&line, host), flights[i].host);
        line_leave(&line, flights[i].host);
    }
    for (size_t i = 0; i < FLIGHTS; i++)
        line_leave(&line, flights[i].host);
    memset(flights, 0, sizeof flights);
    end_all();
}

static uint32_t state = 3;

static uint32_t random_number(void)
{
    state = state * 1664525U + 1013904223U;
    return state >> 8;
}

/* Who is where: 0 nowhere, 1 waiting, 2 sent. */
static int places[FLIGHTS];

static void count(int64_t sent[HOSTS], int64_t waiting[HOSTS])
{
    memset(sent, 0, HOSTS * sizeof *sent);
    memset(waiting, 0, HOSTS * sizeof *waiting);
    for (size_t i = 0; i < FLIGHTS; i++) {
        sent[flights[i].slot] += places[i] == 2;
        waiting[flights[i].slot] += places[i] == 1;
    }
}

static void one_step(int64_t bound)
{
    const size_t i = random_number() % FLIGHTS;
    int64_t sent[HOSTS], waiting[HOSTS];
    struct flight *next;
    int may_send = 0;

    if (places[i] == 0) {
        join(i, (int)(random_number() % HOSTS));
        line_push(&line, &flights[i], (int)(random_number() % 2));
        places[i] = 1;
    } else if (places[i] == 2) {
        end(&flights[i]);
        places[i] = 0;
    } else if (random_number() % 4 == 0) {
        line_remove(&line, &flights[i]);
        line_leave(&line, flights[i].host);
        flights[i].host = NULL;
        places[i] = 0;
    }
    if (random_number() % 2 == 0)
        return;
    count(sent, waiting);
    for (int host = 0; host < HOSTS; host++)
        may_send |= waiting[host] != 0 && sent[host] < bound;
    next = line_next(&line);
    CU_ASSERT_EQUAL(next != NULL, may_send);
    if (next == NULL)
        return;
    CU_ASSERT_EQUAL(places[next - flights], 1);
    CU_ASSERT(sent[next->slot] < bound);
    places[next - flights] = 2;
}

static void whatever_comes_and_goes_bounds_hold(void)
{
    start(3);
    memset(places, 0, sizeof places);
    for (int step = 0; step < 50000; step++)
        one_step(3);
    for (size_t i = 0; i < FLIGHTS; i++) {
        if (places[i] == 1) {
            line_remove(&line, &flights[i]);
            line_leave(&line, flights[i].host);
            flights[i].host = NULL;
        }
    }
    end_all();
}

static void a_lack_of_memory_is_told(void)
{
    start(-1);
    world_fail_at(1);
    CU_ASSERT_PTR_NULL(line_join(&line, host_of(0)));
    CU_ASSERT_EQUAL(world_failed(), 1);
    wait_in_line(0, 0);
    world_fail_at(1);
    CU_ASSERT_PTR_NOT_NULL(line_join(&line, host_of(0)));
    CU_ASSERT_EQUAL(world_failed(), 0);
    line_leave(&line, flights[0].host);
    CU_ASSERT_PTR_EQUAL(line_next(&line), &flights[0]);
    end_all();
}

extern CU_TestInfo line_tests[];
CU_TestInfo line_tests[] = {
    {"hosts take turns", hosts_take_turns},
    {"a host has a bound", a_host_has_a_bound},
    {"who comes first is sent first, and a retry before all",
     who_comes_first_is_sent_first_and_a_retry_before_all},
    {"whoever leaves the line is not sent", whoever_leaves_the_line_is_not_sent},
    {"a host is found again among many", a_host_is_found_again_among_many},
    {"whatever comes and goes, bounds hold", whatever_comes_and_goes_bounds_hold},
    {"a lack of memory is told", a_lack_of_memory_is_told},
    CU_TEST_INFO_NULL,
};
