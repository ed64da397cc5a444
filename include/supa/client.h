/* SPDX-License-Identifier: MIT */
/**
 * @file
 * A client is one base URL, one key and one schema. It never changes after it is made, is counted,
 * and may be used by any number of threads at once. Connections are not its own: all clients of a
 * process share one transport.
 */
#ifndef SUPA_CLIENT_H
#define SUPA_CLIENT_H

#include <stddef.h>
#include <stdint.h>
#include <supa/error.h>
#include <supa/export.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct supa_client supa_client;

/**
 * One attempt to get an answer, as it is told to supa_client_options.on_attempt. Nothing in it is
 * secret. All pointers are valid during the call only.
 */
typedef struct supa_attempt {
    size_t size;            /**< sizeof(supa_attempt) of the library; fields are only ever added */
    const char *store_id;   /**< the tenant's store, or "" */
    const char *method;     /**< "GET", "POST", … */
    const char *relation;   /**< table, view or function */
    const void *of;         /**< for supa_attempt_url */
    int32_t side;           /**< a supa_side */
    int32_t status;         /**< the answer's status, 0 without an answer */
    int32_t code;           /**< a supa_code: SUPA_OK, or how the attempt failed in the network */
    int32_t outcome;        /**< a supa_outcome */
    int32_t attempt;        /**< 1 for the first */
    int32_t reused;         /**< 1: an open connection was used */
    int64_t bytes_sent;     /**< of the request's body */
    int64_t bytes_received; /**< of the answer's body, as it came over the wire */
    int64_t name_us;        /**< microseconds from the start until the name was resolved, */
    int64_t connect_us;     /**< … the connection stood, */
    int64_t tls_us;         /**< … TLS was agreed (0 without TLS), */
    int64_t first_byte_us;  /**< … the first byte of the answer came, */
    int64_t total_us;       /**< … all was done */
} supa_attempt;

/**
 * The attempt's URL without filter values: "https://h/rest/v1/t?select=…&id=…". It is made when it is
 * asked for, which takes some microseconds; all else in an attempt is there already.
 *
 * @return a text that is valid during the hook's call only; "" when memory is gone.
 */
SUPA_API const char *supa_attempt_url(const supa_attempt *attempt);

/** The default of supa_client_options.max_url: 8,000 for hosts of Supabase, 3,500 elsewhere. */
#define SUPA_MAX_URL_BY_HOST (-2)

/** The most that supa_client_options.retries and supa_retry take. */
#define SUPA_MAX_RETRIES 10

/**
 * How a client is made. Begin with SUPA_CLIENT_OPTIONS_INIT, which fills in the defaults as numbers;
 * then in every number 0 means none (no limit, no time limit) and −1 unlimited, and NULL means none. Texts are copied.
 */
typedef struct supa_client_options {
    size_t size;                /**< sizeof(supa_client_options); _INIT sets it */
    const char *url;            /**< required: scheme, host and port, with a path or without:
                                  "https://abc.supabase.co". No user, query or fragment. */
    const char *key;            /**< API key, sent as `apikey` and, without a token, as bearer */
    const char *token;          /**< bearer token, when it is not the key (a user's JWT) */
    const char *rest_path;      /**< path of PostgREST below the URL. Default "/rest/v1"; NULL or ""
                                  for a bare PostgREST */
    const char *schema;         /**< PostgreSQL schema; NULL for the server's first */
    const char *const *headers; /**< further headers, "Name: value" each, NULL at the end. Kept as
                                  keys are, and hidden where they are: in descriptions, logs and
                                  errors (values from 8 bytes on) */
    int64_t connect_timeout_ms; /**< resolving, connecting and TLS. Default 5,000 */
    int64_t timeout_ms;         /**< a whole call, retries included. Default 30,000 */
    int64_t max_url;            /**< bytes of a request's URL. Default SUPA_MAX_URL_BY_HOST */
    int64_t max_response;       /**< bytes of an answer's body, and of each row of a
                                  stream. Default 256 MiB */
    const char *ca_file;        /**< PEM file of the authorities to trust; NULL for the system's */
    int32_t allow_plain_http;   /**< 1: http:// is allowed. Default 0 */
    int32_t allow_private;      /**< 1: private, loopback and other special addresses are allowed.
                                  Default 0: they are refused on the address really used */
    /** Called after each attempt, on the calling thread, with no lock held. It may not lease from the
     *  manager that the client belongs to: the store may be the one that is being loaded. May be NULL. */
    void (*on_attempt)(void *user, const supa_attempt *attempt);
    /** Lines of what happens on the connection, for debugging: without keys, tokens, filter values
     *  and bodies. One line a call, no newline; valid during the call. Costs time. May be NULL. */
    void (*log)(void *user, const char *line, size_t length);
    void *user;           /**< handed to both; must outlive the client */
    int32_t server_major; /**< PostgREST's major version where it is known, else 0: from 10 to 12 an
                               update or delete may have a limit, later ones would ignore it */
    int32_t retries;      /**< how often a read is tried again after a failure that may pass, and a
                               write that was not sent: 0 to SUPA_MAX_RETRIES. Default 2 */
    int64_t retry_base_ms; /**< before the first retry, doubled each time, less up to a half. The
                                server's Retry-After counts when it is longer. Default 200 */
    int64_t max_in_flight; /**< blocking calls at once to the client's host, of all clients of the
                                process; further ones are BUSY at once. Default 32 */
    int64_t idle_ms;  /**< how long an idle connection is used again. Default 50,000: the server
                                closes at 60 s */
    int64_t stall_ms; /**< how long the rows of a stream may fail to come once the first is
                                there; the caller's own time does not count. Default 10,000 */
    const char *unix_socket; /**< path of a socket to connect to in place of the URL's host.
                                  One connection to it is kept; calls of a multi that come while
                                  it is in use have one of their own each */
    const char *proxy;       /**< URL of a proxy, which then looks up names and to which the rule
                                  about private addresses does not apply. The environment's proxies
                                  are not used */
    const char *const
        *host_suffixes;  /**< the hosts that may be asked, NULL at the end: "example.com"
                                  allows it and all below it. NULL allows all */
    int32_t http2;       /**< a supa_http2. Default never */
    int32_t compression; /**< 1: answers may come compressed (streams never do). Default 0: over a
                              fast network it costs more than it saves */
    /** Called before each attempt, on the calling thread, with no lock held: further headers for it,
     *  "Name: value" each, NULL at the end, at most 8, valid until the attempt ends; or NULL. For trace
     *  ids. Lines that a client may not set are left out. May be NULL. */
    const char *const *(*request_headers)(void *user, const supa_attempt *attempt);
} supa_client_options;

/** When HTTP/2 is asked for. Only over TLS, and only where the server offers it. */
typedef enum supa_http2 {
    SUPA_HTTP2_NEVER = 0,
    SUPA_HTTP2_AUTO = 1,  /**< by the queries of a supa_multi, which then share connections */
    SUPA_HTTP2_ALWAYS = 2 /**< by blocking calls as well */
} supa_http2;

#define SUPA_CLIENT_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(supa_client_options), NULL, NULL, NULL, "/rest/v1", NULL, NULL, 5000, 30000,        \
            SUPA_MAX_URL_BY_HOST, 268435456, NULL, 0, 0, NULL, NULL, NULL, 0, 2, 200, 32, 50000,   \
            10000, NULL, NULL, NULL, 0, 0, NULL                                                    \
    }

/**
 * Make a client. Nothing is sent. The first one prepares libcurl and libsodium for the process.
 *
 * @param options  read during the call; a struct from a newer header is accepted when what this
 *                 library does not know of it is zero.
 * @param error    filled in on failure; may be NULL.
 * @return a client of the caller's, ended by supa_client_unref; NULL on failure: a URL with another
 *         scheme, with credentials, a query or a fragment, a key or header with control characters
 *         (ARGUMENT), plain http that is not allowed (HOST_REFUSED), a libcurl that is too old
 *         (UNSUPPORTED), NO_MEMORY.
 */
SUPA_API SUPA_WARN_UNUSED supa_client *
supa_client_new(const supa_client_options *options, supa_error *error);

/** One more reference. @return @p client. Any thread. NULL is passed through. */
SUPA_API supa_client *supa_client_ref(supa_client *client);

/** Give a reference back; the last one frees the client and wipes its keys. NULL is allowed. */
SUPA_API void supa_client_unref(supa_client *client);

/**
 * The same client for another PostgreSQL schema (NULL for the server's first).
 *
 * @return a new client of the caller's; NULL with @p error filled in on failure.
 */
SUPA_API SUPA_WARN_UNUSED supa_client *
supa_client_with_schema(supa_client *client, const char *schema, supa_error *error);

/**
 * The same client acting as a user: @p jwt is sent as bearer, the key stays `apikey`, so that row
 * level security applies.
 *
 * @return a new client of the caller's; NULL with @p error filled in on failure.
 */
SUPA_API SUPA_WARN_UNUSED supa_client *
supa_client_with_token(supa_client *client, const char *jwt, supa_error *error);

/**
 * Ask the server for nothing but an answer: HEAD of the API's root.
 *
 * @return 0 when it answered with success, which includes that it took the key; else the code, with
 *         @p error (may be NULL) filled in.
 */
SUPA_API int supa_client_ping(supa_client *client, supa_error *error);

#ifdef __cplusplus
}
#endif

#endif
