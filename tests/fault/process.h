/* SPDX-License-Identifier: MIT */
/* What the system and OpenSSL know about this process. Linux. */
#ifndef FAULT_PROCESS_H
#define FAULT_PROCESS_H

#include <stddef.h>

size_t process_descriptors(void); /* open now */
size_t process_threads(void);

/* TCP sockets of this process that the other side has closed and this one has not. */
size_t process_close_wait(void);

/* How often this process has read a file of certificates into a trust store, which libcurl does
 * once for each connection unless it keeps the store: the test program has an
 * X509_STORE_load_file of its own, which counts and goes on to OpenSSL's. */
size_t process_store_loads(void);

/* CPU time of the calling thread, in microseconds. */
long process_thread_cpu_us(void);

#endif
