/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <time.h>

int64_t clock_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_deadline(int64_t ms)
{
    if (ms <= 0)
        return 0;
    return ms > INT64_MAX / 2000 ? INT64_MAX : clock_us() + ms * 1000;
}
