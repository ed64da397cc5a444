/* SPDX-License-Identifier: MIT */
/* A header line that begins with a blank goes on with the one before it. From 7.83 up to 8.0 libcurl appends
 * the first line of an answer to the last header of the handle's answer before, which it has freed
 * (curl/curl#11103): a server that likes could have us write to freed memory. What libcurl is about to
 * keep it tells its debug function first, which may change it. */
#ifndef TRANSPORT_FOLDING_H
#define TRANSPORT_FOLDING_H

#include <curl/curl.h>
#include <stddef.h>

/* Whether the libcurl that runs is one of those. */
int folding_is_unsafe(void);

/* 1 when @line goes on with a header that is not there; it is changed into one that does not. */
int folding_mend(char *line, size_t length);

#endif
