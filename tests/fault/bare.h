/* SPDX-License-Identifier: MIT */
/* Bare libcurl, against which the fixtures are tested. */
#ifndef FAULT_BARE_H
#define FAULT_BARE_H

#include <curl/curl.h>
#include <stddef.h>

struct bare {
    CURL *curl;
    int calls;       /* before a request, with bare_allow_one */
    size_t length;   /* of the bodies so far */
    char body[1024]; /* the first bytes of them, and a NUL */
};

/* A client for @url that trusts @ca_file (NULL: nothing of its own) and uses no proxy. It speaks
 * HTTP/2 where the server does. Fails the test when memory is gone. */
void bare_open(struct bare *bare, const char *url, const char *ca_file);
void bare_close(struct bare *bare);

/* Makes what follows a request with this method and, unless NULL, body. Both are borrowed. */
void bare_method(struct bare *bare, const char *method, const char *body);
/* Each bare_ask sends one request; where libcurl would send it again, it fails with
 * CURLE_ABORTED_BY_CALLBACK instead. */
void bare_allow_one(struct bare *bare);
/* One request, the body taken anew. */
CURLcode bare_ask(struct bare *bare);
long bare_status(const struct bare *bare);

#endif
