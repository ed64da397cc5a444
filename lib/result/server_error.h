/* SPDX-License-Identifier: MIT */
/* Answers that are no success, in this library's words.
 *
 *   answer                                       code           retryable
 *   JSON, code PGRST301, 302, 303                AUTH
 *   JSON, code PGRST116                          NO_ROWS or MANY_ROWS, as its details say
 *   JSON, code PGRST…                            SERVER         PGRST000–003
 *   JSON, code 42501                             DENIED
 *   JSON, code of five characters (an SQLSTATE)  DATABASE       40001, 40P01, 53300, 57P0x
 *   a failed HEAD, whose cause is not sent       SERVER
 *   anything else                                GATEWAY
 *
 * Where no code decides: 401 is AUTH, 403 is DENIED, 414 is URL_TOO_LONG, and so is 502 to
 * a GET of more than 3,500 bytes; a redirect, 429 and 5xx are
 * GATEWAY for HEAD too. Reads are retryable also by status: 429, 502, 503, 504, 520. */
#ifndef RESULT_SERVER_ERROR_H
#define RESULT_SERVER_ERROR_H

#include "transport/transport.h"

#include <stddef.h>
#include <supa/error.h>

struct server_answer {
    enum http_method method;
    const struct reply *reply;
    const char *const *secrets; /* see redact.h */
    size_t url_length;          /* of the request */
};

/* 1 when the answer says that a gateway had no room for the URL, or for its echo in the answer's
 * headers: 414, or 502 to a long GET. */
int server_url_is_too_long(enum http_method method, const struct reply *reply, size_t url_length);

/* Fills in @error from an answer with a status outside of 2xx, or from one that is not the server's.
 * The outcome is SUPA_ANSWERED; the texts show none of the secrets. Returns the code. */
int server_error(supa_error *error, const struct server_answer *answer);

/* An error text of somebody else's words, without the secrets: at most what an error can hold, cut
 * and cleaned as error.h says. Returns "" when memory is gone; @scratch keeps the text. */
const char *
server_text(struct buffer *scratch, const char *text, size_t length, const char *const *secrets);

/* 1 when the answer says that it is HTML. */
int server_sent_html(const struct reply *reply);

#endif
