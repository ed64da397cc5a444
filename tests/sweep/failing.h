/* SPDX-License-Identifier: MIT */
/* Whose allocations fail, and when: the library's own (lib/base/memory and secret memory), libcurl's, or
 * cJSON's. Only those of the thread that called failing_start. */
#ifndef SWEEP_FAILING_H
#define SWEEP_FAILING_H

#include <stddef.h>

enum failing_whose { FAILING_OURS, FAILING_CURL, FAILING_CJSON, FAILING_KINDS };
extern const char *const failing_names[FAILING_KINDS];

/* Before anything of libcurl or the library is used: takes the places of their allocators. 0, or −1. */
int failing_start(void);

/* From now on the @nth allocation fails, from 1; with @and_on, all further ones, too. */
void failing_at(enum failing_whose whose, size_t nth, int and_on);
/* It is over: how many allocations were asked for. */
size_t failing_end(void);

/* Blocks that are not freed: of the program without shared libraries, of libcurl and of cJSON; secrets. */
struct live {
    long blocks, curl, cjson;
    size_t secrets;
    int descriptors;
};
struct live failing_live(void);

#endif
