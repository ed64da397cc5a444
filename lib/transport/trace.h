/* SPDX-License-Identifier: MIT */
/* What libcurl tells of a connection, as lines that may be shown: no keys, no filter values, no
 * bodies. */
#ifndef TRANSPORT_TRACE_H
#define TRANSPORT_TRACE_H

#include <curl/curl.h>

struct call;

/* Has the handle tell the log of the call's endpoint. */
void trace_start(CURL *easy, const struct call *call);

#endif
