/* SPDX-License-Identifier: MIT */
/* A file of many certificates, as large as what systems trust, so that reading it costs what it
 * costs there. */
#ifndef FAULT_BUNDLE_H
#define FAULT_BUNDLE_H

#include <stddef.h>

struct bundle;

/* A temporary PEM file with @n certificates that nobody uses, each of its own name, and then what
 * is in @file, unless that is NULL. NULL when it cannot be made. */
struct bundle *bundle_new(size_t n, const char *file);
/* Removes the file. NULL does nothing. */
void bundle_free(struct bundle *bundle);

const char *bundle_file(const struct bundle *bundle);

#endif
