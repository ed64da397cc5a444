/* SPDX-License-Identifier: MIT */
/* The budget row `build`: a chain becomes a URL, by the library and by hand. */
#ifndef BENCH_BUILD_H
#define BENCH_BUILD_H

#include <stddef.h>

/* 0 when both sides write the very same URL; their client is ready then. */
int build_start(void);
void build_end(void);

/* Builds the URL @times times, the value of one filter being another each time. Returns the bytes of
 * all URLs, so that nobody leaves the work out. */
size_t build_ours(size_t times);
size_t build_floor(size_t times);

#endif
