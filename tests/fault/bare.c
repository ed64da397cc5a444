/* SPDX-License-Identifier: MIT */
#include "bare.h"

#include <CUnit/CUnit.h>
#include <string.h>

enum { LIMIT_MS = 5000 };

static size_t take_body(char *bytes, size_t size, size_t n, void *user)
{
    struct bare *bare = user;
    size_t length = size * n;

    if (bare->length + 1 < sizeof bare->body) {
        size_t room = sizeof bare->body - 1 - bare->length;
        size_t fit = length < room ? length : room;

        memcpy(bare->body + bare->length, bytes, fit);
        bare->body[bare->length + fit] = '\0';
    }
    bare->length += length;
    return length;
}

void bare_open(struct bare *bare, const char *url, const char *ca_file)
{
    *bare = (struct bare){.curl = curl_easy_init()};
    CU_ASSERT_PTR_NOT_NULL_FATAL(bare->curl);
    curl_easy_setopt(bare->curl, CURLOPT_URL, url);
    curl_easy_setopt(bare->curl, CURLOPT_CAINFO, ca_file);
    curl_easy_setopt(bare->curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(bare->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(bare->curl, CURLOPT_TIMEOUT_MS, (long)LIMIT_MS);
    curl_easy_setopt(bare->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(bare->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(bare->curl, CURLOPT_WRITEDATA, bare);
}

void bare_close(struct bare *bare)
{
    curl_easy_cleanup(bare->curl);
    bare->curl = NULL;
}

void bare_method(struct bare *bare, const char *method, const char *body)
{
    if (body != NULL)
        curl_easy_setopt(bare->curl, CURLOPT_POSTFIELDS, body);
    else
        curl_easy_setopt(bare->curl, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(bare->curl, CURLOPT_CUSTOMREQUEST, method);
}

static int allow_one(void *calls, char *to, char *from, int to_port, int from_port)
{
    (void)to;
    (void)from;
    (void)to_port;
    (void)from_port;
    return ++*(int *)calls == 1 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

void bare_allow_one(struct bare *bare)
{
    curl_easy_setopt(bare->curl, CURLOPT_PREREQFUNCTION, allow_one);
    curl_easy_setopt(bare->curl, CURLOPT_PREREQDATA, &bare->calls);
}

CURLcode bare_ask(struct bare *bare)
{
    bare->calls = 0;
    bare->length = 0;
    bare->body[0] = '\0';
    return curl_easy_perform(bare->curl);
}

long bare_status(const struct bare *bare)
{
    long status = 0;

    curl_easy_getinfo(bare->curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
