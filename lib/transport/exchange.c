/* SPDX-License-Identifier: MIT */
#include "transport/exchange.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "transport/address.h"
#include "transport/folding.h"
#include "transport/host.h"
#include "transport/resolving.h"
#include "transport/trace.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_HEADERS (256 * 1024) /* bytes */
#define RECEIVE_BUFFER                                                                             \
    (60 * 1024L) /* with half a row before it, it fits into what a stream holds */

/* A header list of ours is handed to libcurl as it is. */
_Static_assert(
    offsetof(struct header_line, data) == offsetof(struct curl_slist, data) &&
        offsetof(struct header_line, next) == offsetof(struct curl_slist, next),
    "header_line is laid out as curl_slist");

/* libcurl receives again and again while there is something to be received, and what the sink has no room for is
 * copied. So the sink is left alone with what one receiving brings: the other pieces of it still come. A
 * small piece is the last one for now. HTTP/2 has its own windows. */
static void rest(struct exchange *exchange, size_t length)
{
    if (length < CURL_MAX_WRITE_SIZE || exchange->is_paused || exchange->is_of_many ||
        exchange->call->endpoint->http_version == HTTP_2_ALWAYS)
        return;
    exchange->is_paused = curl_easy_pause(exchange->easy, CURLPAUSE_RECV) == CURLE_OK;
}

static size_t stream_body(struct exchange *exchange, const char *data, size_t length)
{
    struct sink *sink = exchange->call->sink;
    int taken = sink->take(sink, data, length);

    exchange->is_paused |= taken > 0;
    exchange->stopped = taken < 0;
    if (taken == 0) {
        exchange->reply->streamed = exchange->has_given = 1;
        rest(exchange, length);
    }
    return taken == 0 ? length : taken > 0 ? CURL_WRITEFUNC_PAUSE : 0;
}

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
    struct exchange *exchange = user;
    struct buffer *body = &exchange->reply->body;
    const int64_t limit = exchange->call->endpoint->max_response;
    size_t length = size * count;

    if (exchange->call->sink != NULL && exchange->status >= 200 && exchange->status < 300)
        return stream_body(exchange, data, length);
    if (limit >= 0 && (uint64_t)body->length + length > (uint64_t)limit) {
        exchange->body_too_large = 1;
        return 0;
    }
    buffer_put(body, data, length);
    exchange->out_of_memory = buffer_failed(body);
    return exchange->out_of_memory ? 0 : length;
}

/* A length is digits, and told once or the same each time: else whoever passed the answer on may have
 * had another idea of where it ends (RFC 9112, 6.3). More than 18 digits is nothing that could come. */
static int is_wrong_length(struct exchange *exchange, const char *line, size_t length)
{
    static const char name[] = "content-length:";
    const char *at = line + sizeof name - 1, *end = line + length;
    const int64_t before = exchange->length_told;
    int64_t told = 0;

    if (length < sizeof name - 1 || line[sizeof name - 2] != ':' ||
        !text_same(line, sizeof name - 2, name, sizeof name - 2))
        return 0;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (end - at > 18)
        return 1;
    while (at < end && *at >= '0' && *at <= '9')
        told = told * 10 + (*at++ - '0');
    exchange->length_told = told;
    return at < end || (before >= 0 && before != told);
}

/* The three digits of a status: the line is libcurl's, without a NUL that could be relied on. */
static int read_status(const char *at, const char *end)
{
    int status = 0;

    for (int i = 0; i < 3 && at < end && *at >= '0' && *at <= '9'; i++)
        status = status * 10 + (*at++ - '0');
    return status;
}

/* "HTTP/1.1 200 OK": interim answers (1xx) and their headers are passed over. The first line is the status,
 * however it looks: libcurl takes "HtTP/x" for one. */
static void begin_answer(struct exchange *exchange, const char *line, size_t length)
{
    const char *space = memchr(line, ' ', length);

    exchange->is_begun = 1;
    buffer_clear(&exchange->reply->headers);
    exchange->headers_done = 0;
    exchange->length_told = -1;
    exchange->has_status = space != NULL && space + 1 < line + length && space[1] >= '2';
    exchange->status = exchange->has_status ? read_status(space + 1, line + length) : 0;
}

/* Told before take_header is. */
static int look(CURL *easy, curl_infotype type, char *data, size_t size, void *user)
{
    struct exchange *exchange = user;

    if (type == CURLINFO_HEADER_IN && exchange->is_first_header)
        exchange->is_folded = folding_mend(data, size);
    if (exchange->call->endpoint->log != NULL)
        trace_tell(exchange->call, type, data, size);
    else if (type == CURLINFO_HEADER_IN)
        curl_easy_setopt(easy, CURLOPT_VERBOSE, 0L); /* all others need not be looked at */
    return 0;
}

/* The next line is the first header: it is looked at before libcurl keeps it. */
static void expect_header(struct exchange *exchange)
{
    exchange->is_first_header = exchange->is_unsafe;
    if (exchange->is_unsafe)
        curl_easy_setopt(exchange->easy, CURLOPT_VERBOSE, 1L);
}

static void keep_header(struct exchange *exchange, const char *line, size_t length)
{
    struct buffer *headers = &exchange->reply->headers;
    char *room = buffer_room(headers, length + 1);

    exchange->wrong_length |= is_wrong_length(exchange, line, length);
    exchange->out_of_memory = room == NULL;
    if (room == NULL)
        return;
    memcpy(room, line, length);
    room[length] = '\n';
    buffer_took(headers, length + 1);
}

static size_t take_header(char *data, size_t size, size_t count, void *user)
{
    struct exchange *exchange = user;
    size_t length = size * count, kept = length;

    /* Those of interim answers and trailers, too: libcurl keeps them all. */
    exchange->header_bytes += length;
    exchange->headers_too_large = exchange->header_bytes > MAX_HEADERS;
    exchange->is_first_header = 0;
    while (kept > 0 && (data[kept - 1] == '\n' || data[kept - 1] == '\r'))
        kept--;
    if (kept == 0) {
        exchange->headers_done = 1;
        /* behind an interim answer, and behind a proxy's to CONNECT, comes another */
        exchange->is_begun = exchange->has_status && exchange->sendings != 0;
    } else if (!exchange->is_begun) {
        begin_answer(exchange, data, kept);
        expect_header(exchange);
    } else if (!exchange->headers_done && memchr(data, '\n', kept) == NULL) {
        keep_header(exchange, data, kept);
    }
    return exchange->headers_too_large || exchange->wrong_length || exchange->is_folded ||
                   exchange->out_of_memory
               ? 0
               : length;
}

/* Whether the rule about addresses is for this one: a socket of the system's or a proxy was asked for
 * by the caller, and the proxy looks up names by itself. */
static int is_ruled(const struct endpoint *endpoint)
{
    return !endpoint->allow_private && endpoint->unix_socket == NULL && endpoint->proxy == NULL;
}

/* libcurl sends any request again when a reused connection turns out to be dead, a write too. It
 * asks here before each sending: once is allowed. And on a connection that another client opened,
 * this client's rule about addresses has not been asked yet. */
static int
before_sending(void *user, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    struct exchange *exchange = user;
    const struct endpoint *endpoint = exchange->call->endpoint;

    (void)local_ip;
    (void)remote_port;
    exchange->port = local_port > 0 ? local_port : -1;
    if (!exchange->is_apart)
        sockets_use(exchange->sockets, endpoint->origin, exchange->port);
    if (is_ruled(endpoint) && address_text_is_special(remote_ip)) {
        exchange->address_refused = 1;
        return CURL_PREREQFUNC_ABORT;
    }
    host_connected(endpoint->host);
    return exchange->sendings++ == 0 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static void end_lookup(struct exchange *exchange)
{
    resolving_leave(exchange->lookup);
    exchange->lookup = -1;
}

/* libcurl is about to look up a name, or to read an address. */
static int before_lookup(void *state, void *reserved, void *user)
{
    struct exchange *exchange = user;

    (void)state;
    (void)reserved;
    end_lookup(exchange);
    if (exchange->call->endpoint->is_address)
        return 0;
    exchange->lookup = resolving_enter(exchange->call->endpoint->origin, clock_us());
    exchange->no_lookup = exchange->lookup < 0;
    return exchange->no_lookup;
}

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct exchange *exchange = user;

    (void)purpose;
    end_lookup(exchange);
    if (is_ruled(exchange->call->endpoint) && address_is_special(&address->addr)) {
        exchange->address_refused = 1;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

struct exchange *exchange_new(struct sockets *sockets, int is_of_many)
{
    struct exchange *exchange = memory_zero(sizeof *exchange);

    if (exchange == NULL)
        return NULL;
    exchange->sockets = sockets;
    exchange->is_of_many = is_of_many;
    exchange->lookup = -1;
    exchange->is_unsafe = folding_is_unsafe();
    exchange->easy = curl_easy_init();
    if (exchange->easy != NULL)
        return exchange;
    memory_free(exchange);
    return NULL;
}

void exchange_free(struct exchange *exchange)
{
    if (exchange == NULL)
        return;
    curl_easy_cleanup(exchange->easy);
    memory_free(exchange);
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

static void set_body(CURL *easy, const struct call *call)
{
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body != NULL ? call->body : "");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_length);
}

/* A name that libcurl has no memory for would make a PATCH a POST, and a DELETE a GET. */
static CURLcode set_method(CURL *easy, struct exchange *exchange)
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
        set_body(easy, call);
    }
    if (call->method == HTTP_GET || call->method == HTTP_HEAD || call->method == HTTP_POST)
        return CURLE_OK;
    return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, http_method_name(call->method));
}

/* Whether libcurl was built with a file of trusted certificates. */
static int has_ca_file(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

    return info->age >= CURLVERSION_SEVENTH && info->cainfo != NULL;
}

static CURLcode set_text(CURL *easy, CURLoption option, const char *text)
{
    return text == NULL ? CURLE_OK : curl_easy_setopt(easy, option, text);
}

static void set_http_version(CURL *easy, const struct exchange *exchange)
{
    const enum http_version version = exchange->call->endpoint->http_version;
    const int is_2 = version == HTTP_2_ALWAYS || (version == HTTP_2_MANY && exchange->is_of_many);

    curl_easy_setopt(
        easy, CURLOPT_HTTP_VERSION, (long)(is_2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    if (is_2) /* rather wait for a connection to share than open another one */
        curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
}

/* Only what the endpoint says has a say: no proxy from the environment, no redirects, no signals. */
static CURLcode set_policy(CURL *easy, const struct endpoint *endpoint)
{
    CURLcode result;

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)((endpoint->idle_ms + 999) / 1000));
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER);
    result = set_text(easy, CURLOPT_PROXY, endpoint->proxy != NULL ? endpoint->proxy : "");
    if (result == CURLE_OK && endpoint->proxy != NULL)
        result = set_text(easy, CURLOPT_NOPROXY, "");
    if (result == CURLE_OK)
        result = set_text(
            easy, CURLOPT_PROTOCOLS_STR, endpoint->allow_plain_http ? "https,http" : "https");
    if (result == CURLE_OK)
        result = set_text(easy, CURLOPT_UNIX_SOCKET_PATH, endpoint->unix_socket);
    if (result == CURLE_OK)
        result = set_text(easy, CURLOPT_CAINFO, endpoint->ca_file);
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
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, look);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, exchange->call->endpoint->log != NULL ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, before_lookup);
    curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, exchange);
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

static void begin(struct exchange *exchange, const struct call *call, struct reply *reply)
{
    exchange->call = call;
    exchange->reply = reply;
    exchange->sendings = exchange->is_begun = exchange->has_status = exchange->status = 0;
    exchange->headers_done = 0;
    exchange->address_refused = exchange->body_too_large = exchange->headers_too_large = 0;
    exchange->wrong_length = exchange->is_first_header = exchange->is_folded = 0;
    exchange->header_bytes = 0;
    exchange->length_told = -1;
    exchange->out_of_memory = exchange->no_lookup = exchange->stopped = exchange->is_paused = 0;
    exchange->given = exchange->port = 0;
    exchange->has_given = 0;
    exchange->given_up = SUPA_OK;
    exchange->error[0] = '\0';
}

/* Calls of one form to one endpoint differ in their URL, headers and body only. */
static unsigned form_of(const struct call *call)
{
    return (unsigned)call->method << 2 | (call->body != NULL ? 2u : 0) |
           (call->sink != NULL ? 1u : 0);
}

static CURLcode set_all(struct exchange *exchange, const struct call *call)
{
    const struct endpoint *endpoint = call->endpoint;
    CURL *easy = exchange->easy;
    CURLcode result;

    curl_easy_reset(easy);
    result = set_policy(easy, endpoint);
    /* A stream that is paused and decompressed at once costs libcurl quadratic time. */
    if (result == CURLE_OK && endpoint->compression && call->sink == NULL)
        result = curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    if (result == CURLE_OK)
        result = set_method(easy, exchange);
    set_http_version(easy, exchange);
    set_callbacks(easy, exchange);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)endpoint->connect_timeout_ms);
    return result;
}

/* Whether what was set for the call before holds for this one: setting everything anew is a quarter of
 * what we add to a request. */
static int is_set(const struct exchange *exchange, const struct call *call)
{
    return exchange->set_for != 0 && exchange->set_for == call->endpoint->id &&
           exchange->set_form == form_of(call) && call->read == NULL && call->endpoint->log == NULL;
}

/* set_method has it that readers keep no connection. */
static void set_connection(const struct exchange *exchange)
{
    const struct call *call = exchange->call;

    curl_easy_setopt(
        exchange->easy, CURLOPT_FRESH_CONNECT, (long)(call->fresh || exchange->is_apart));
    if (call->endpoint->unix_socket != NULL && call->read == NULL)
        curl_easy_setopt(exchange->easy, CURLOPT_FORBID_REUSE, (long)exchange->is_apart);
}

int exchange_start(struct exchange *exchange, const struct call *call, struct reply *reply)
{
    CURL *easy = exchange->easy;
    CURLcode result = CURLE_OK;

    begin(exchange, call, reply);
    if (!is_set(exchange, call))
        result = set_all(exchange, call);
    else if (call->body != NULL || call->method == HTTP_POST)
        set_body(easy, call);
    exchange->set_for = 0;
    if (result == CURLE_OK)
        result = curl_easy_setopt(easy, CURLOPT_URL, call->url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, header_list(exchange, call->headers));
    set_connection(exchange);
    return result == CURLE_OK ? 0 : -1;
}

void exchange_keep(struct exchange *exchange)
{
    exchange->set_for = exchange->call->read == NULL ? exchange->call->endpoint->id : 0;
    exchange->set_form = form_of(exchange->call);
}
