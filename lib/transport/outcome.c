/* SPDX-License-Identifier: MIT */
/* What came of an exchange: the reply's facts, or why there is none. */
#include "base/clock.h"
#include "transport/exchange.h"
#include "transport/host.h"
#include "transport/resolving.h"

#include <stdio.h>

/* 1 when libcurl was about to send the request again and was stopped. */
static int was_sent_twice(const struct exchange *exchange)
{
    return exchange->sendings > 1;
}

static int is_tls_failure(CURLcode result)
{
    static const CURLcode codes[] = {
        CURLE_SSL_CONNECT_ERROR,
        CURLE_PEER_FAILED_VERIFICATION,
        CURLE_SSL_CACERT_BADFILE,
        CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_CIPHER,
        CURLE_SSL_ISSUER_ERROR,
        CURLE_SSL_SHUTDOWN_FAILED,
        CURLE_SSL_INVALIDCERTSTATUS,
        CURLE_SSL_PINNEDPUBKEYNOTMATCH,
        CURLE_USE_SSL_FAILED};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i] == result)
            return 1;
    }
    return 0;
}

/* libcurl takes no header line over 100 KB, and calls that out of memory before 8.6. */
static int is_long_line(const struct exchange *exchange, CURLcode result)
{
    long sent = 0;

#if LIBCURL_VERSION_NUM >= 0x080600
    if (result == CURLE_TOO_LARGE)
        return 1;
#endif
    if (result != CURLE_OUT_OF_MEMORY || exchange->headers_done)
        return 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &sent);
    return sent != 0;
}

static int64_t time_of(CURL *easy, CURLINFO info)
{
    curl_off_t us = 0;

    return curl_easy_getinfo(easy, info, &us) == CURLE_OK ? (int64_t)us : 0;
}

/* Where the exchange stood when its time was over. */
static const char *too_late(const struct exchange *exchange)
{
    if (exchange->has_status)
        return "the deadline passed amid the answer";
    if (exchange->sendings != 0)
        return "the deadline passed before an answer came";
    if (time_of(exchange->easy, CURLINFO_NAMELOOKUP_TIME_T) == 0)
        return "the deadline passed while the host's name was looked up";
    if (time_of(exchange->easy, CURLINFO_CONNECT_TIME_T) == 0)
        return "the deadline passed while connecting";
    return "the deadline passed during the TLS handshake";
}

/* Limits of ours that were broken, and what stopped the exchange from within. */
static supa_code own_cause(const struct exchange *exchange, CURLcode result, const char **words)
{
    if (exchange->given_up == SUPA_ERROR_TIMEOUT)
        return *words = too_late(exchange), SUPA_ERROR_TIMEOUT;
    if (exchange->given_up == SUPA_ERROR_CANCELLED)
        return *words = "cancelled", SUPA_ERROR_CANCELLED;
    if (!exchange->out_of_memory && is_long_line(exchange, result))
        return *words = "a header of the answer is longer than 100 KB", SUPA_ERROR_TOO_LARGE;
    if (exchange->out_of_memory || result == CURLE_OUT_OF_MEMORY ||
        exchange->given_up == SUPA_ERROR_NO_MEMORY)
        return *words = "out of memory", SUPA_ERROR_NO_MEMORY;
    if (exchange->body_too_large)
        return *words = "the answer is larger than max_response", SUPA_ERROR_TOO_LARGE;
    if (exchange->headers_too_large)
        return *words = "the answer's headers are larger than 256 KiB", SUPA_ERROR_TOO_LARGE;
    if (exchange->address_refused && exchange->sendings == 0)
        return *words = "the host's address is private or special, and allow_private is not set",
               SUPA_ERROR_HOST_REFUSED;
    if (exchange->wrong_length)
        return *words = "the answer's Content-Length is no length, or tells several",
               SUPA_ERROR_MALFORMED;
    if (exchange->is_folded)
        return *words = "the answer's headers begin with a line that goes on with another one",
               SUPA_ERROR_MALFORMED;
    if (exchange->no_lookup)
        return *words = "too many names are being looked up", SUPA_ERROR_BUSY;
    if (exchange->stopped)
        return *words = "the answer was not wanted any more", SUPA_ERROR_CANCELLED;
    return SUPA_OK;
}

/* Why the exchange failed. @words is NULL where libcurl's own are good. */
static supa_code cause(const struct exchange *exchange, CURLcode result, const char **words)
{
    supa_code code = own_cause(exchange, result, words);

    if (code != SUPA_OK)
        return code;
    *words = NULL;
    if (result == CURLE_ABORTED_BY_CALLBACK && !was_sent_twice(exchange))
        return *words = "the request's body was cancelled: its reader failed, or gave another "
                        "length than announced",
               SUPA_ERROR_CANCELLED;
    if (was_sent_twice(exchange))
        return *words = "the connection died after the request was sent on it", SUPA_ERROR_NETWORK;
    if (result == CURLE_OPERATION_TIMEDOUT)
        return SUPA_ERROR_TIMEOUT;
    if (is_tls_failure(result) && exchange->sendings == 0)
        return SUPA_ERROR_TLS;
    if (exchange->has_status)
        return *words = "the answer ended before it was whole", SUPA_ERROR_MALFORMED;
    if (exchange->sendings != 0 && (result == CURLE_OK || result == CURLE_UNSUPPORTED_PROTOCOL ||
                                    result == CURLE_WEIRD_SERVER_REPLY))
        return *words = "the answer is not HTTP", SUPA_ERROR_MALFORMED;
    return SUPA_ERROR_NETWORK;
}

static supa_outcome reached(const struct exchange *exchange)
{
    if (was_sent_twice(exchange))
        return SUPA_UNKNOWN;
    if (exchange->has_status)
        return SUPA_ANSWERED;
    return exchange->sendings == 0 ? SUPA_NOT_SENT : SUPA_UNKNOWN;
}

/* libcurl takes a number of seconds that does not fit for none. */
static int64_t wait_asked_for(const struct exchange *exchange)
{
    const int64_t seconds = time_of(exchange->easy, CURLINFO_RETRY_AFTER);
    size_t length = 0, digits = 0;
    const char *text = NULL;

    if (seconds == 0)
        text = reply_header(exchange->reply, "Retry-After", &length);
    while (digits < length && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    if (digits > 18 && digits == length)
        return INT64_MAX;
    return seconds < INT64_MAX / 1000000 ? seconds * 1000000 : INT64_MAX;
}

static int came_by_2(const struct exchange *exchange)
{
    long version = 0;

    curl_easy_getinfo(exchange->easy, CURLINFO_HTTP_VERSION, &version);
    return version >= CURL_HTTP_VERSION_2;
}

static void read_facts(struct exchange *exchange)
{
    struct reply *reply = exchange->reply;
    CURL *easy = exchange->easy;
    const struct call *call = exchange->call;
    long connects = 0;

    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
    reply->status = exchange->status;
    reply->reused = exchange->sendings != 0 && connects == 0;
    reply->is_2 = exchange->length_told < 0 && came_by_2(exchange);
    if (call->body != NULL || call->read != NULL)
        reply->sent = time_of(easy, CURLINFO_SIZE_UPLOAD_T);
    reply->received = time_of(easy, CURLINFO_SIZE_DOWNLOAD_T);
    reply->name_us = time_of(easy, CURLINFO_NAMELOOKUP_TIME_T);
    reply->connect_us = time_of(easy, CURLINFO_CONNECT_TIME_T);
    reply->tls_us = time_of(easy, CURLINFO_APPCONNECT_TIME_T);
    reply->first_byte_us = time_of(easy, CURLINFO_STARTTRANSFER_TIME_T);
    reply->total_us = time_of(easy, CURLINFO_TOTAL_TIME_T);
    reply->retry_after_us = reply->status >= 400 ? wait_asked_for(exchange) : 0;
}

void exchange_give_up(struct exchange *exchange, supa_code code)
{
    exchange->given_up = code;
}

/* A lookup that was given up goes on in a thread of libcurl's. */
static void settle_lookup(struct exchange *exchange, CURLcode result)
{
    if (exchange->given_up != SUPA_OK || result == CURLE_OPERATION_TIMEDOUT)
        resolving_abandon(exchange->lookup, clock_us());
    else
        resolving_leave(exchange->lookup);
    exchange->lookup = -1;
}

/* A caller whose own time was short says nothing about the host. */
static int was_given_time(const struct exchange *exchange)
{
    return exchange->given_up == SUPA_OK ||
           (exchange->given_up == SUPA_ERROR_TIMEOUT && exchange->reply->total_us >= 1000000);
}

static void judge_host(const struct exchange *exchange)
{
    const struct reply *reply = exchange->reply;

    if (exchange->sendings == 0 && was_given_time(exchange) &&
        (reply->code == SUPA_ERROR_NETWORK || reply->code == SUPA_ERROR_TLS ||
         reply->code == SUPA_ERROR_TIMEOUT))
        host_failed(exchange->call->endpoint->host, clock_us());
}

void exchange_finish(struct exchange *exchange, CURLcode result)
{
    struct reply *reply = exchange->reply;
    const char *words;

    settle_lookup(exchange, result);
    read_facts(exchange);
    reply->outcome = reached(exchange);
    reply->died_reused = was_sent_twice(exchange);
    reply->no_place = exchange->no_lookup;
    /* libcurl is content with a head that is cut off, and with an interim answer alone. */
    if (result == CURLE_OK && exchange->given_up == SUPA_OK && exchange->has_status &&
        exchange->headers_done) {
        reply->code = SUPA_OK;
        exchange_keep(exchange);
        return;
    }
    reply->code = cause(exchange, result, &words);
    if (words == NULL)
        words = exchange->error[0] != '\0' ? exchange->error : curl_easy_strerror(result);
    snprintf(reply->problem, sizeof reply->problem, "%s", words);
    judge_host(exchange);
}
