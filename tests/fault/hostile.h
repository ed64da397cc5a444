/* SPDX-License-Identifier: MIT */
/* Every kind of request against every fault of a network: the cross product of the requests in
 * hostile_request.c and the faults in hostile_table.c. Cases run in processes of their own, some at a
 * time, so that one that dies or hangs is told by its name and what it takes of memory is its own. */
#ifndef FAULT_HOSTILE_H
#define FAULT_HOSTILE_H

#include "peer.h"

#include <stddef.h>
#include <stdint.h>
#include <supa/supa.h>

/* Kinds of requests, in the order of hostile_requests. */
enum hostile_kind {
    HOSTILE_LIST = 1 << 0,
    HOSTILE_SINGLE = 1 << 1,
    HOSTILE_COUNT = 1 << 2,
    HOSTILE_CSV = 1 << 3,
    HOSTILE_STREAM = 1 << 4,
    HOSTILE_INSERT = 1 << 5,
    HOSTILE_UPDATE = 1 << 6,
    HOSTILE_UPSERT = 1 << 7,
    HOSTILE_DELETE = 1 << 8,
    HOSTILE_CALL = 1 << 9,
    HOSTILE_CALL_GET = 1 << 10
};
enum { HOSTILE_REQUESTS = 11 };

struct hostile_request {
    const char *name, *method;
    enum hostile_kind kind;
    int writes, has_body;
    const char *body; /* of a good answer: as long as HOSTILE_BODY, in whose place it comes */
    supa_query *(*make)(supa_client *client);
    /* Sends and reads all there is: the code, with @error filled in; consumes @q. */
    int (*ask)(supa_query *q, supa_error *error);
};

extern const struct hostile_request hostile_requests[HOSTILE_REQUESTS];

#define HOSTILE_BODY "[{\"id\":7}]"
/* What a request tells that got a row of somebody else. */
enum { HOSTILE_WRONG_ROW = -1 };
/* In place of an outcome: not sent or unknown, by who was faster. */
enum { HOSTILE_EITHER = -1 };

struct hostile_end {
    int code, outcome;
};

/* The ends that there are, by name. */
enum hostile_end_name {
    FINE,          /* ok, answered */
    UNREACHED,     /* network, not sent */
    UNTRUSTED,     /* tls, not sent */
    DIED,          /* network, unknown */
    DIED_EARLY,    /* network, not sent or unknown */
    BROKEN,        /* malformed, answered */
    NO_HTTP,       /* malformed, unknown */
    GATEWAY,       /* gateway, answered */
    DOUBTFUL,      /* gateway, unknown */
    TOO_LARGE,     /* too large, answered */
    FLOODED,       /* too large, unknown */
    REFUSED,       /* server, answered */
    LATE_CONNECT,  /* timeout, not sent */
    LATE,          /* timeout, unknown */
    LATE_ANSWERED, /* timeout, answered */
    HOSTILE_ENDS
};

struct hostile_exception {
    unsigned kinds; /* 0: the end of the list */
    enum hostile_end_name end;
};

/* How much of the first request the script takes in. */
enum hostile_read { HOSTILE_NOTHING, HOSTILE_HEAD, HOSTILE_WHOLE };

struct hostile_fault {
    const char *name;
    unsigned flags;
    struct peer_script script;
    enum hostile_read takes;
    enum hostile_end_name read, write;
    struct hostile_exception but[4];
    struct peer_script
        bodyless;      /* for requests without a body, in place of script; it takes nothing */
    int is_short;      /* the fault is one of time, and the client's is short */
    int is_compressed; /* the client asks for compression */
    int is_patient;    /* the client has no limit of time */
    int is_warm;       /* the script begins with a good answer to another read */
};

extern const struct hostile_fault hostile_faults[];
extern const size_t hostile_fault_count;

/* What the fault should do to the request; @delivered: to a write, how often it arrives whole. */
struct hostile_end
hostile_wanted(const struct hostile_fault *fault, const struct hostile_request *request);
size_t hostile_delivered(const struct hostile_fault *fault, const struct hostile_request *request);

/* What came of a case. */
struct hostile_result {
    int code, outcome; /* outcome: of an error, else answered */
    int delivered;     /* how often the peer has got the request whole */
    int next_read, next_write, next_delivered;
    long ms, most_ms; /* of the request; what it may take */
    long kilobytes;   /* what the process grew by, at its peak */
    char message[160];
};

/* The most that a case may take. */
long hostile_most_kilobytes(void);
/* NULL, or what is wrong with it. */
const char *hostile_wrong(
    const struct hostile_fault *fault, const struct hostile_request *request,
    const struct hostile_result *result);

/* Plays one case. One whose time was short is played again, with more of it, when it went wrong: the
 * machine may be busy. */
void hostile_play(
    const struct hostile_fault *fault, const struct hostile_request *request,
    struct hostile_result *result);

#endif
