/* SPDX-License-Identifier: MIT */
#include "transport/exchange.h"

#include "base/clock.h"
#include "transport/address.h"
#include "transport/trace.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_HEADERS    (256 * 1024) /* bytes */
#define IDLE_SECONDS   50L          /* PostgREST closes idle connections after 60 */
#define RECEIVE_BUFFER (64 * 1024L)

/* A header list of ours is handed to libcurl as it is. */
_Static_assert(
    offsetof(struct header_line, data) == offsetof(struct curl_slist, data) &&
        offsetof(struct header_line, next) == offsetof(struct curl_slist, next),
    "header_line is laid out as curl_slist");

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
    struct exchange *exchange = user;
    struct buffer *body = &exchange->reply->body;
    const int64_t limit = exchange->call->endpoint->max_response;
    size_t length = size * count;

    if (limit >= 0 && (uint64_t)body->length + length > (uint64_t)limit) {
        exchange->body_too_large = 1;
        return 0;
    }
    buffer_put(body, data, length);
    exchange->out_of_memory = buffer_failed(body);
    return exchange->out_of_memory ? 0 : length;
}

/* "HTTP/1.1 200 OK": interim answers (1xx) and their headers are passed over. */
static void begin_answer(struct exchange *exchange, const char *line, size_t length)
{
    const char *space = memchr(line, ' ', length);

    buffer_clear(&exchange->reply->headers);
    exchange->headers_done = 0;
    exchange->has_status = space != NULL && space + 1 < line + length && space[1] >= '2';
}

static size_t take_header(char *data, size_t size, size_t count, void *user)
{
    struct exchange *exchange = user;
    struct buffer *headers = &exchange->reply->headers;
    size_t length = size * count, kept = length;

    while (kept > 0 && (data[kept - 1] == '\n' || data[kept - 1] == '\r'))
        kept--;
    if (kept == 0) {
        exchange->headers_done = 1;
    } else if (kept > 5 && memcmp(data, "HTTP/", 5) == 0) {
        begin_answer(exchange, data, kept);
    } else if (!exchange->headers_done && memchr(data, '\n', kept) == NULL) {
        exchange->headers_too_large = headers->length + kept > MAX_HEADERS;
        buffer_put(headers, data, kept);
        buffer_putc(headers, '\n');
        exchange->out_of_memory = buffer_failed(headers);
    }
    return exchange->headers_too_large || exchange->out_of_memory ? 0 : length;
}

/* libcurl sends any request again when a reused connection turns out to be dead, a write too. It
 * asks here before each sending: once is allowed. And on a connection that another client opened,
 * this client's rule about addresses has not been asked yet. */
static int
before_sending(void *user, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    struct exchange *exchange = user;

    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    if (!exchange->call->endpoint->allow_private && address_text_is_special(remote_ip)) {
        exchange->address_refused = 1;
        return CURL_PREREQFUNC_ABORT;
    }
    return exchange->sendings++ == 0 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct exchange *exchange = user;

    (void)purpose;
    if (!exchange->call->endpoint->allow_private && address_is_special(&address->addr)) {
        exchange->address_refused = 1;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int exchange_init(struct exchange *exchange, struct sockets *sockets)
{
    memset(exchange, 0, sizeof *exchange);
    exchange->sockets = sockets;
    exchange->easy = curl_easy_init();
    return exchange->easy != NULL ? 0 : -1;
}

void exchange_free(struct exchange *exchange)
{
    curl_easy_cleanup(exchange->easy);
    exchange->easy = NULL;
}

static long remaining_ms(int64_t deadline_us)
{
    int64_t left;

    if (deadline_us == 0)
        return 0;
    left = (deadline_us - clock_us() + 999) / 1000;
    return left < 1 ? 1 : left > LONG_MAX / 2 ? LONG_MAX / 2 : (long)left;
}

/* A reader that gives more or less than was announced would have its bytes taken for a request of
 * their own, or the next request for a body: it is cancelled. */
static size_t give_body(char *out, size_t size, size_t count, void *user)
{
    struct exchange *exchange = user;
    const struct call *call = exchange->call;
    const int64_t announced = call->read_size;
    int64_t length = call->read(call->read_user, out, size * count);

    if (length < 0 || (uint64_t)length > size * count)
        return CURL_READFUNC_ABORT;
    exchange->given += length;
    if (announced >= 0 &&
        (exchange->given > announced || (length == 0 && exchange->given < announced)))
        return CURL_READFUNC_ABORT;
    return (size_t)length;
}

static void set_method(CURL *easy, struct exchange *exchange)
{
    const struct call *call = exchange->call;

    if (call->method == HTTP_HEAD) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (call->read != NULL) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(easy, CURLOPT_READDATA, exchange);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->read_size);
        /* A server that answers early leaves the rest of the body on the connection. */
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    } else if (call->body != NULL || call->method == HTTP_POST) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body != NULL ? call->body : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_length);
    }
    if (call->method != HTTP_GET && call->method != HTTP_HEAD && call->method != HTTP_POST)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, http_method_name(call->method));
}

/* Whether libcurl was built with a file of trusted certificates. */
static int has_ca_file(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

    return info->age >= CURLVERSION_SEVENTH && info->cainfo != NULL;
}

/* Only what the endpoint says has a say: no proxy from the environment, no redirects, no signals. */
static CURLcode set_policy(CURL *easy, const struct endpoint *endpoint)
{
    CURLcode result = CURLE_OK;

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, IDLE_SECONDS);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER);
    if (curl_easy_setopt(easy, CURLOPT_PROXY, "") != CURLE_OK ||
        curl_easy_setopt(
            easy, CURLOPT_PROTOCOLS_STR, endpoint->allow_plain_http ? "https,http" : "https") !=
            CURLE_OK)
        result = CURLE_OUT_OF_MEMORY;
    if (endpoint->ca_file != NULL &&
        curl_easy_setopt(easy, CURLOPT_CAINFO, endpoint->ca_file) != CURLE_OK)
        result = CURLE_OUT_OF_MEMORY;
    /* libcurl keeps the parsed trust store only where no directory of certificates is set. */
    if (endpoint->ca_file != NULL || has_ca_file())
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    return result;
}

static void set_callbacks(CURL *easy, struct exchange *exchange)
{
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, sockets_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, exchange->sockets);
}

static struct curl_slist *header_list(struct exchange *exchange, const struct header_line *lines)
{
    static char no_expect[] = "Expect:"; /* a body over 1 MB would wait a second for leave */

    static char chunked[] = "Transfer-Encoding: chunked";

    exchange->first.data = no_expect;
    memcpy(&exchange->first.next, &lines, sizeof lines); /* libcurl only reads the list */
    if (exchange->call->read == NULL || exchange->call->read_size >= 0)
        return &exchange->first;
    exchange->chunked = (struct curl_slist){chunked, &exchange->first};
    return &exchange->chunked;
}

int exchange_start(
    struct exchange *exchange, const struct call *call, struct reply *reply, int fresh)
{
    const struct endpoint *endpoint = call->endpoint;
    CURL *easy = exchange->easy;

    exchange->call = call;
    exchange->reply = reply;
    exchange->sendings = exchange->has_status = exchange->headers_done = 0;
    exchange->address_refused = exchange->body_too_large = 0;
    exchange->headers_too_large = exchange->out_of_memory = 0;
    exchange->given = 0;
    exchange->error[0] = '\0';
    curl_easy_reset(easy);
    if (set_policy(easy, endpoint) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_URL, call->url) != CURLE_OK)
        return -1;
    set_callbacks(easy, exchange);
    set_method(easy, exchange);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, header_list(exchange, call->headers));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)endpoint->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, remaining_ms(call->deadline_us));
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)fresh);
    if (endpoint->log != NULL)
        trace_start(easy, call);
    return 0;
}

int exchange_was_stopped(const struct exchange *exchange)
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
#if LIBCURL_VERSION_NUM >= 0x080600
    if (result == CURLE_TOO_LARGE)
        return 1;
#endif
    return result == CURLE_OUT_OF_MEMORY && exchange->has_status && !exchange->headers_done;
}

/* Why the exchange failed. @words is NULL where libcurl's own are good. */
static supa_code cause(const struct exchange *exchange, CURLcode result, const char **words)
{
    *words = NULL;
    if (!exchange->out_of_memory && is_long_line(exchange, result))
        return *words = "a header of the answer is longer than 100 KB", SUPA_ERROR_TOO_LARGE;
    if (exchange->out_of_memory || result == CURLE_OUT_OF_MEMORY)
        return *words = "out of memory", SUPA_ERROR_NO_MEMORY;
    if (exchange->body_too_large)
        return *words = "the answer is larger than max_response", SUPA_ERROR_TOO_LARGE;
    if (exchange->headers_too_large)
        return *words = "the answer's headers are larger than 256 KiB", SUPA_ERROR_TOO_LARGE;
    if (exchange->address_refused && exchange->sendings == 0)
        return *words = "the host's address is private or special, and allow_private is not set",
               SUPA_ERROR_HOST_REFUSED;
    if (result == CURLE_ABORTED_BY_CALLBACK && !exchange_was_stopped(exchange))
        return *words = "the request's body was cancelled: its reader failed, or gave another "
                        "length than announced",
               SUPA_ERROR_CANCELLED;
    if (exchange_was_stopped(exchange))
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
    if (exchange_was_stopped(exchange))
        return SUPA_UNKNOWN;
    if (exchange->has_status)
        return SUPA_ANSWERED;
    return exchange->sendings == 0 ? SUPA_NOT_SENT : SUPA_UNKNOWN;
}

static int64_t time_of(CURL *easy, CURLINFO info)
{
    curl_off_t us = 0;

    return curl_easy_getinfo(easy, info, &us) == CURLE_OK ? (int64_t)us : 0;
}

static void read_facts(struct exchange *exchange)
{
    struct reply *reply = exchange->reply;
    CURL *easy = exchange->easy;
    long status = 0, connects = 0;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
    reply->status = exchange->has_status ? (int)status : 0;
    reply->reused = exchange->sendings != 0 && connects == 0;
    reply->sent = time_of(easy, CURLINFO_SIZE_UPLOAD_T);
    reply->received = time_of(easy, CURLINFO_SIZE_DOWNLOAD_T);
    reply->name_us = time_of(easy, CURLINFO_NAMELOOKUP_TIME_T);
    reply->connect_us = time_of(easy, CURLINFO_CONNECT_TIME_T);
    reply->tls_us = time_of(easy, CURLINFO_APPCONNECT_TIME_T);
    reply->first_byte_us = time_of(easy, CURLINFO_STARTTRANSFER_TIME_T);
    reply->total_us = time_of(easy, CURLINFO_TOTAL_TIME_T);
}

void exchange_finish(struct exchange *exchange, CURLcode result)
{
    struct reply *reply = exchange->reply;
    const char *words;

    read_facts(exchange);
    reply->outcome = reached(exchange);
    /* libcurl is content with a head that is cut off, and with an interim answer alone. */
    if (result == CURLE_OK && exchange->has_status && exchange->headers_done) {
        reply->code = SUPA_OK;
        return;
    }
    reply->code = cause(exchange, result, &words);
    if (words == NULL)
        words = exchange->error[0] != '\0' ? exchange->error : curl_easy_strerror(result);
    snprintf(reply->problem, sizeof reply->problem, "%s", words);
}
