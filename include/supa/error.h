/* SPDX-License-Identifier: MIT */
/**
 * @file
 * One struct for every failure: what happened, to what, whether it reached the server, and what to
 * do. Nothing in it is ever secret: no key, no token, no plaintext credential.
 */
#ifndef SUPA_ERROR_H
#define SUPA_ERROR_H

#include <stdint.h>
#include <supa/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What kind of failure it was, in this library's words. The server's own code, when there is one,
 * stands in supa_error.server_code and is never mixed with these. Values never change.
 */
typedef enum supa_code {
    SUPA_OK = 0,
    SUPA_ERROR_ARGUMENT = 1,     /**< a call was given something it cannot use */
    SUPA_ERROR_NO_MEMORY = 2,    /**< an allocation failed */
    SUPA_ERROR_SCOPE = 3,        /**< a table of the other side, or another store's row */
    SUPA_ERROR_UNFILTERED = 4,   /**< a delete or update without a filter of its own */
    SUPA_ERROR_URL_TOO_LONG = 5, /**< longer than the server, or the gateway before it, takes */
    SUPA_ERROR_NETWORK = 6,      /**< no connection, or it broke */
    SUPA_ERROR_TLS = 7,          /**< the handshake or the certificate was refused */
    SUPA_ERROR_TIMEOUT = 8,      /**< the deadline passed */
    SUPA_ERROR_CANCELLED = 9,    /**< cancelled by the caller */
    SUPA_ERROR_BUSY = 10,        /**< too many calls in flight, or a host known to be down */
    SUPA_ERROR_AUTH = 11,        /**< a bad or expired key or token */
    SUPA_ERROR_DENIED = 12,      /**< the key is good, but has no right to this */
    SUPA_ERROR_GATEWAY = 13, /**< an answer that is not PostgREST's: an HTML page, a proxy's text */
    SUPA_ERROR_SERVER = 14,  /**< PostgREST refused: server_code is PGRSTnnn */
    SUPA_ERROR_DATABASE = 15,        /**< PostgreSQL refused: server_code is an SQLSTATE */
    SUPA_ERROR_NO_ROWS = 16,         /**< one row was asked for, none is there */
    SUPA_ERROR_MANY_ROWS = 17,       /**< one row was asked for, several are there */
    SUPA_ERROR_MALFORMED = 18,       /**< an answer that breaks its own format, or ends too early */
    SUPA_ERROR_TOO_LARGE = 19,       /**< an answer over the limit (max_response) */
    SUPA_ERROR_NOT_VERIFIED = 20,    /**< the server did not confirm what the request relied on */
    SUPA_ERROR_STORE_NOT_FOUND = 21, /**< the master knows no such store, or no database for it */
    SUPA_ERROR_STORE_INACTIVE = 22,  /**< the store's credentials are switched off */
    SUPA_ERROR_STORE_SUSPENDED = 23, /**< the store's status does not let it operate */
    SUPA_ERROR_HOST_NOT_FOUND = 24,  /**< no store answers to this host name */
    SUPA_ERROR_HOST_REFUSED = 25,    /**< an address that may not be asked */
    SUPA_ERROR_UNSUPPORTED = 26,     /**< known, but not served by this library or build */
    SUPA_ERROR_CREDENTIALS = 27,     /**< sealed credentials do not open, or are not complete */
    SUPA_ERROR_CONFLICT = 28         /**< somebody else was first */
} supa_code;

/** How far a request got. For a write this decides whether it may be sent again. */
typedef enum supa_outcome {
    SUPA_NOT_SENT = 0, /**< it certainly did not reach the server */
    SUPA_ANSWERED = 1, /**< the server answered, so what happened is known */
    SUPA_UNKNOWN = 2   /**< sent, but no answer: a write may have happened */
} supa_outcome;

/** Which database a client speaks to. */
typedef enum supa_side {
    SUPA_SIDE_NONE = 0,   /**< a client made by hand, outside of a manager */
    SUPA_SIDE_MASTER = 1, /**< the platform's registry */
    SUPA_SIDE_TENANT = 2  /**< one store's own database */
} supa_side;

/**
 * One failure. A plain value: copy it, keep it, nothing in it is to be freed.
 *
 * All texts end in NUL and are valid UTF-8; one that is too long is cut at a character's border and
 * ends in "…". A code of SUPA_OK means that there was no failure.
 */
typedef struct supa_error {
    int32_t code;         /**< a supa_code */
    int32_t outcome;      /**< a supa_outcome */
    int32_t side;         /**< a supa_side: whose answer or refusal this is */
    int32_t retryable;    /**< 1: the same request may succeed if it is sent again later */
    int32_t http_status;  /**< the answer's status, 0 without an answer */
    char server_code[16]; /**< SQLSTATE ("23505") or PostgREST's ("PGRST116"), or "" */
    char store_id[40];    /**< the store that was spoken to or asked for, or "" */
    char relation[64];    /**< the table, view or function of the request, or "" */
    char message[512];    /**< what happened, in one line */
    char details[1024];   /**< the server's details, or "" */
    char hint[512];       /**< what to do about it, or "" */
    unsigned char reserved[64];
} supa_error;

/**
 * The name of a code as it is written here without its prefix, in lower case: "no_rows".
 *
 * @return a constant; "unknown" for a number that is no code. Any thread.
 */
SUPA_API const char *supa_code_name(supa_code code);

/**
 * The name of an outcome: "not sent", "answered" or "unknown".
 *
 * @return a constant. Any thread.
 */
SUPA_API const char *supa_outcome_name(supa_outcome outcome);

#ifdef __cplusplus
}
#endif

#endif
