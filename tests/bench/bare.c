/* SPDX-License-Identifier: MIT */
#include "bare.h"

#include "side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define RECEIVE_BUFFER (60 * 1024L) /* the library's own */

const char *bare_base(void)
{
    static char base[256];

    if (base[0] == '\0')
        snprintf(base, sizeof base, "%s/rest/v1", side_setting("BENCH_URL"));
    return base;
}

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
    struct bare_body *body = user;
    size_t length = size * count;

    if (body->size - body->length < length) {
        body->size = body->size * 2 + length;
        body->text = realloc(body->text, body->size);
        if (body->text == NULL)
            side_fail("out of memory");
    }
    memcpy(body->text + body->length, data, length);
    body->length += length;
    return length;
}

static struct curl_slist *add_header(struct curl_slist *list, const char *name, const char *value)
{
    char line[4096];

    snprintf(line, sizeof line, "%s%s", name, value);
    return curl_slist_append(list, line);
}

/* The library's headers: shared by all handles. */
struct curl_slist *bare_headers(void)
{
    static struct curl_slist *list;

    if (list == NULL) {
        list = add_header(list, "Accept: application/json", "");
        list = add_header(list, "Authorization: Bearer ", side_setting("BENCH_KEY"));
        list = add_header(list, "User-Agent: ", side_setting("BENCH_AGENT"));
        list = add_header(list, "apikey: ", side_setting("BENCH_KEY"));
        list = add_header(list, "Expect:", "");
    }
    return list;
}

CURL *bare_handle(struct bare_body *body)
{
    CURL *easy = curl_easy_init();

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 50L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(easy, CURLOPT_CAINFO, side_setting("BENCH_CA_FILE"));
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, bare_headers());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
    return easy;
}

void bare_open(struct bare *bare)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    memset(bare, 0, sizeof *bare);
    bare->multi = curl_multi_init();
    bare->easy = bare_handle(&bare->body);
}

void bare_check(CURL *easy, CURLcode result, long status)
{
    long answered = 0;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answered);
    if (result != CURLE_OK || answered != status)
        side_fail("libcurl: %s, status %ld", curl_easy_strerror(result), answered);
}

void bare_perform(struct bare *bare, const char *url, long status)
{
    int running = 1, left;
    CURLMsg *message;

    bare->body.length = 0;
    curl_easy_setopt(bare->easy, CURLOPT_URL, url);
    curl_multi_add_handle(bare->multi, bare->easy);
    for (;;) {
        curl_multi_perform(bare->multi, &running);
        if (running == 0)
            break;
        curl_multi_poll(bare->multi, NULL, 0, 1000, NULL);
    }
    message = curl_multi_info_read(bare->multi, &left);
    bare_check(bare->easy, message != NULL ? message->data.result : CURLE_FAILED_INIT, status);
    curl_multi_remove_handle(bare->multi, bare->easy);
}

static size_t find_sent(char *data, size_t size, size_t count, void *user)
{
    if (size * count > 8 && strncasecmp(data, "X-Sent: ", 8) == 0)
        *(long *)user = atol(data + 8);
    return size * count;
}

void bare_tell_sent(struct bare *bare, const char *url, long status)
{
    long bytes = 0;

    curl_easy_setopt(bare->easy, CURLOPT_HEADERFUNCTION, find_sent);
    curl_easy_setopt(bare->easy, CURLOPT_HEADERDATA, &bytes);
    bare_perform(bare, url, status);
    curl_easy_setopt(bare->easy, CURLOPT_HEADERFUNCTION, NULL);
    curl_easy_setopt(bare->easy, CURLOPT_HEADERDATA, NULL);
    side_sent(bytes);
}
