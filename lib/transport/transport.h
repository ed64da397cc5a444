/* SPDX-License-Identifier: MIT */
/* The seam between what is wanted and the network: a call goes in, a reply comes out. Nothing of
 * libcurl shows here; tests put a transport of their own in its place. */
#ifndef TRANSPORT_TRANSPORT_H
#define TRANSPORT_TRANSPORT_H

#include "base/buffer.h"

#include <stddef.h>
#include <stdint.h>
#include <supa/error.h>

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PATCH,
    HTTP_PUT,
    HTTP_DELETE,
    HTTP_OPTIONS
};

/* "GET", … */
const char *http_method_name(enum http_method method);
/* GET, HEAD and OPTIONS: may be sent again without harm. */
int http_method_reads(enum http_method method);

/* One header line, "Name: value". A list of them is handed to libcurl as it is. */
struct header_line {
    const char *data;
    const struct header_line *next;
};

struct host;
struct supa_cancel;

enum http_version { HTTP_1_1, HTTP_2_MANY, HTTP_2_ALWAYS }; /* HTTP/2 in a supa_multi; or always */

/* How one server may be reached. Immutable; lives as long as its client. */
struct endpoint {
    uint64_t id;         /* no other ever had it (host_endpoint_id); 0: nothing is kept for it */
    uint64_t origin;     /* a hash of scheme, host and port: a call goes to a lane that knows it */
    struct host *host;   /* what the process knows of it */
    const char *ca_file; /* NULL for the system's */
    const char *unix_socket; /* NULL for TCP */
    const char *proxy;       /* NULL for none */
    int is_address;          /* 1: the host is one, no name is looked up */
    int64_t connect_timeout_ms;
    int64_t idle_ms;       /* how long an idle connection is used again */
    int64_t stall_ms;      /* how long a stream may stand still; 0 for ever */
    int64_t max_response;  /* bytes; −1 for no limit */
    int64_t max_in_flight; /* blocking calls at once; −1 for no limit */
    int waits_for_place;   /* 1: a call beyond them waits for its turn instead of being BUSY */
    enum http_version http_version;
    int compression; /* 1: answers may come compressed */
    int allow_plain_http;
    int allow_private;
    /* Lines of what happens on the connection, already without secrets; or NULL. */
    void (*log)(void *user, const char *line, size_t length);
    void *log_user;
};

/* Where a successful answer's body goes when it is not kept whole. */
struct sink {
    /* Takes @length bytes: what it returns is 0 when they were taken, 1 when they are to be given
     * again once the call goes on, −1 to end the call. */
    int (*take)(struct sink *sink, const char *bytes, size_t length);
};

/* One request as it goes out. Everything is borrowed until the call returns. */
struct call {
    const struct endpoint *endpoint;
    enum http_method method;
    const char *url;
    const struct header_line *headers;
    const void *body; /* NULL for none */
    size_t body_length;
    /* Or the body in pieces: as supa_body_from says. NULL when there is none. */
    int64_t (*read)(void *user, void *out, size_t size);
    void *read_user;
    int64_t read_size;          /* −1 when it is not known */
    const char *const *secrets; /* what the log may not show; NULL at the end */
    int64_t deadline_us;        /* on base/clock; 0 for none */
    struct supa_cancel *cancel; /* or NULL */
    struct sink *sink;          /* or NULL: the reply keeps the body */
    int fresh;                  /* 1: on a new connection */
};

/* What came of one attempt. */
struct reply {
    int status;     /* 0: no answer */
    supa_code code; /* SUPA_OK: an answer, whole; else how the attempt failed */
    supa_outcome outcome;
    struct buffer headers; /* of the final answer: "Name: value\n" each, no status line */
    struct buffer body;
    char problem[256]; /* the cause in words when the code is not SUPA_OK; no secrets */
    int reused;
    int died_reused;        /* 1: an idle connection was taken, and was dead */
    int no_place;           /* 1: nothing was tried: no connection or lookup was free */
    int streamed;           /* 1: the call's sink was given bytes of the answer */
    int is_2;               /* 1: the answer came by HTTP/2, and told no length */
    int64_t retry_after_us; /* what the server asks for; 0: nothing */
    int64_t sent, received; /* bytes of the bodies */
    int64_t name_us, connect_us, tls_us, first_byte_us, total_us;
};

void reply_init(struct reply *reply);
void reply_free(struct reply *reply);
void reply_clear(struct reply *reply); /* for the next attempt; keeps its memory */
/* The value of the first header of this name (any case), and its length; NULL when absent. */
const char *reply_header(const struct reply *reply, const char *name, size_t *length);
/* 0: the answer ends with its connection, and nothing tells whether it was cut. */
int reply_has_an_end(const struct reply *reply);

/* The attempt failed before anything was sent. @problem is in words. */
void reply_refuse(struct reply *reply, supa_code code, const char *problem);

struct transport {
    /* Performs one attempt, blocking. @reply is cleared first and always filled in. */
    void (*perform)(struct transport *transport, const struct call *call, struct reply *reply);
    /* Waits between attempts, until the moment or until @cancel fires: 1 when it has fired. */
    int (*wait)(struct transport *transport, int64_t until_us, struct supa_cancel *cancel);
};

/* The process's transport over libcurl: each user takes it once and gives it back. NULL with @error
 * filled in when libcurl cannot serve. */
struct transport *transport_take(supa_error *error);
/* Another use of one that the caller has. */
struct transport *transport_again(struct transport *transport);
void transport_give_back(struct transport *transport);

#endif
