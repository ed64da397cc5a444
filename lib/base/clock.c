/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_coarse_us(void)
{
#ifdef CLOCK_MONOTONIC_COARSE
    return read_clock(CLOCK_MONOTONIC_COARSE);
#else
    return read_clock(CLOCK_MONOTONIC);
#endif
}

int64_t clock_span_us(int64_t ms)
{
    if (ms <= 0)
        return 0;
    return ms > INT64_MAX / 4000 ? INT64_MAX / 4 : ms * 1000;
}

int64_t clock_deadline(int64_t ms)
{
    if (ms <= 0)
        return 0;
    return ms > INT64_MAX / 2000 ? INT64_MAX : clock_us() + ms * 1000;
}
