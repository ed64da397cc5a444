/* SPDX-License-Identifier: MIT */
/* What libcurl tells of a connection, as lines that may be shown: no keys, no filter values, no
 * bodies. */
#ifndef TRANSPORT_TRACE_H
#define TRANSPORT_TRACE_H

#include <curl/curl.h>
#include <stddef.h>

struct call;

/* Tells the log of the call's endpoint what libcurl tells its debug function. */
void trace_tell(const struct call *call, curl_infotype type, const char *data, size_t size);

#endif
