/* SPDX-License-Identifier: MIT */
/* Reads another process's memory, as a core dump of it would, and looks for bytes in it. */
#ifndef FAULT_MEMORY_SCAN_H
#define FAULT_MEMORY_SCAN_H

#include <stddef.h>
#include <sys/types.h>

/* Something to look for, whole or a half of it. */
struct needle {
    const void *bytes;
    size_t length;
    size_t dumped;  /* places where a core dump shows it */
    size_t guarded; /* places in mappings that are kept out of core dumps */
};

/* What was read. */
struct scan {
    size_t dumped_bytes;
    size_t guarded_bytes;
};

/* Fills in the counts. All mappings are read that a dump could hold, also those that the kernel's
 * default filter leaves out. 0, or −1 when the process cannot be read. */
int memory_scan(pid_t process, struct needle *needles, size_t count, struct scan *scan);

#endif
