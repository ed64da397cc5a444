/* SPDX-License-Identifier: MIT */
#include "timing.h"

#include "peer_thread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

long timing_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

long timing_now_ms(void)
{
    return timing_now_us() / 1000;
}

static void *run(void *argument)
{
    struct timing_call *call = argument;
    struct timespec due = {call->due_us / 1000000, call->due_us % 1000000 * 1000};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
        continue;
    call->called_us = timing_now_us();
    call->function(call->argument);
    return NULL;
}

int timing_start(struct timing_call *call, long after_us, void (*function)(void *), void *argument)
{
    call->function = function;
    call->argument = argument;
    call->due_us = timing_now_us() + after_us;
    call->called_us = 0;
    return peer_thread_start(&call->thread, run, call);
}

long timing_join(struct timing_call *call)
{
    pthread_join(call->thread, NULL);
    return call->called_us;
}

static int compare(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;

    return (x > y) - (x < y);
}

long timing_percentile(long *values, size_t n, unsigned percent)
{
    size_t rank = (n * percent + 99) / 100;

    qsort(values, n, sizeof *values, compare);
    return values[rank == 0 ? 0 : rank - 1];
}

void timing_print(const char *what, long *values, size_t n)
{
    printf(
        "\n    %-40s %7ld, %7ld, %7ld us of %zu", what, timing_percentile(values, n, 50),
        timing_percentile(values, n, 99), timing_percentile(values, n, 100), n);
}
