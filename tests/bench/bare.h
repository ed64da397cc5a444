/* SPDX-License-Identifier: MIT */
/* The floor: libcurl by hand, with the settings and the request bytes of the library and nothing
 * else. One handle in one multi that both last as long as the process. */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <curl/curl.h>
#include <stddef.h>

/* A body of any length; its memory is kept for the next one. */
struct bare_body {
    char *text;
    size_t length, size;
};

struct bare {
    CURLM *multi;
    CURL *easy;
    struct bare_body body;
};

void bare_open(struct bare *bare);
/* A further handle, with all options but the URL. */
CURL *bare_handle(struct bare_body *body);
/* One transfer to its end; another status than @status ends the process. */
void bare_perform(struct bare *bare, const char *url, long status);
/* The end of a transfer that was performed: its result and status. */
void bare_check(CURL *easy, CURLcode result, long status);
/* Asks @url once and tells the runner how many bytes the request has. */
void bare_tell_sent(struct bare *bare, const char *url, long status);
/* The headers of every request, as the library sends them. */
struct curl_slist *bare_headers(void);
/* "http://127.0.0.1:1/rest/v1" */
const char *bare_base(void);

#endif
