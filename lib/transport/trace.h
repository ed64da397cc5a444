/* SPDX-License-Identifier: MIT */
/* What libcurl tells of a connection, as lines that may be shown: no keys, no filter values, no
 * bodies. */
#ifndef TRANSPORT_TRACE_H
#define TRANSPORT_TRACE_H

#include <curl/curl.h>

struct endpoint;

/* Has the handle tell @endpoint's log. */
void trace_start(CURL *easy, const struct endpoint *endpoint);

#endif
