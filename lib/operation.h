/* SPDX-License-Identifier: MIT */
/* A query on its way: which request is next, what came of the last one, when to try again. It knows
 * nothing of how requests are performed, so that blocking calls, streams and a supa_multi share it:
 *
 *     step = operation_begin(&operation, q);
 *     while (step != OPERATION_DONE) {
 *         wait until operation.wait_until_us, if step is OPERATION_WAIT
 *         perform operation_call(&operation) into operation_reply(&operation)
 *         step = operation_next(&operation);
 *     }
 *     response = operation_end(&operation);
 */
#ifndef OPERATION_H
#define OPERATION_H

#include "client_internal.h"
#include "query/query_internal.h"
#include "result/response.h"

enum operation_step {
    OPERATION_SEND,
    OPERATION_WAIT,  /* until wait_until_us, then OPERATION_SEND */
    OPERATION_RENEW, /* the client's key was refused: ask its renewer, then operation_renewed */
    OPERATION_DONE
};

enum operation_phase {
    PHASE_PROBE, /* whether the server would undo the write */
    PHASE_MAIN,
    PHASE_REASON /* why a HEAD failed */
};

#define OPERATION_TRACES 8 /* header lines of request_headers */

struct operation {
    supa_client *client; /* counted */
    supa_query *q;       /* its own; NULL for a request that is no query */
    supa_response *response;
    enum operation_phase phase;
    struct call main; /* the query's own request */
    struct call call; /* what is sent now */
    struct reading main_reading, reading;
    const char *relation;
    const char *secrets[QUERY_SECRETS];
    const char **hidden; /* what an error may not show beside them; or NULL */
    int attempts;        /* of all phases */
    int tried;           /* of this request */
    int retries;         /* how often it may be tried again */
    int may_repeat;      /* 1: a read, or declared idempotent */
    int died_reused;     /* 1: this request met a dead idle connection, and was sent once more */
    int renewed;         /* how often a successor of the client was asked for */
    int reached;         /* an earlier attempt of a write may have reached the server */
    int is_read; /* 1: the response's error is what the last attempt of this request came to */
    int64_t wait_until_us;

    struct header_line lines[6]; /* of a probe */
    struct header_line profile;
    struct header_line traces[OPERATION_TRACES];
    struct header_line count_line;
    char count_text[32];
    struct buffer url, profile_text;

    supa_error failure; /* the last: of a HEAD whose reason is asked for */
};

/* Takes the query. With a sink, the rows of a successful answer go there. */
enum operation_step operation_begin(struct operation *operation, supa_query *q, struct sink *sink);
/* The same for rows that are read one by one: what gives no list of JSON rows is refused. */
enum operation_step
operation_begin_rows(struct operation *operation, supa_query *q, struct sink *sink);
/* A request about no rows. The texts are borrowed until the end. */
enum operation_step operation_begin_ask(
    struct operation *operation, supa_client *client, enum http_method method, const char *url,
    const char *relation, const char *accept);

/* The request to be sent now; valid until operation_next. */
const struct call *operation_call(struct operation *operation);
struct reply *operation_reply(struct operation *operation);
/* The reply is there: what comes next. */
enum operation_step operation_next(struct operation *operation);
/* The time for the call counts from now on. */
void operation_restart_time(struct operation *operation);
/* Goes on with the client's successor, which it takes; NULL: there is none. */
enum operation_step operation_renewed(struct operation *operation, supa_client *client);
/* The same, waiting for the renewer. */
enum operation_step operation_renew(struct operation *operation);
/* It ends here: cancelled, or its deadline passed, while it waited. When that was for another attempt, the
 * answer to the last one stays. */
void operation_give_up(struct operation *operation, supa_code code, const char *problem);
/* Tells the error whom it is about. */
void operation_about(const struct operation *operation, supa_error *error);
/* It ends with this error, which is told whom it is about. */
void operation_fail(struct operation *operation, supa_error *error);
/* 1 when it has to be given up now, with the response saying why. */
int operation_is_over(struct operation *operation);

/* The response, the caller's; frees all else. */
supa_response *operation_end(struct operation *operation);

#endif
