/* SPDX-License-Identifier: MIT */
/* What came of a request: the transport's reply, read as rows or as an error. */
#ifndef RESULT_RESPONSE_H
#define RESULT_RESPONSE_H

#include "base/buffer.h"
#include "result/rows.h"
#include "transport/transport.h"

#include <stdint.h>
#include <supa/error.h>
#include <supa/response.h>

struct cJSON;

struct supa_response {
    struct reply reply;
    struct document document; /* a view of the reply's body; no rows when there is an error */
    supa_error error;
    int64_t count; /* −1: not known */
    supa_truncation truncated;
    int attempts;
    int shared;          /* 1: the one that stands in when memory is gone; never written to */
    struct buffer lines; /* the headers with NULs for line ends, made when one is asked for */
    struct cJSON *tree;
    int tree_tried;
};

/* Which answer the request asked for. */
enum expectation {
    EXPECT_ROWS,            /* a list */
    EXPECT_OBJECT,          /* one object */
    EXPECT_OBJECT_OR_NONE,  /* one object; that there is none is a success without rows */
    EXPECT_AT_MOST_ONE,     /* a list of one row or none */
    EXPECT_ANY_AT_MOST_ONE, /* whatever a function returns, if it is no list of several */
    EXPECT_ANY              /* whatever a function returns */
};

/* What the reader of an answer knows of its request. Borrowed for the call. */
struct reading {
    enum http_method method;
    enum expectation expect;
    int wants_rows; /* a read, or a write that asked for its rows */
    int counted;    /* the server was asked to count */
    supa_side side;
    const char *store_id, *relation;
    const char *const *secrets; /* what no error may show; see redact.h */
    const char *media;          /* the media type that was asked for; NULL is JSON */
    size_t url_length;          /* of the request's URL */
    int is_streamed;            /* the rows of a success are not in the body */
};

/* An empty response; never NULL: when memory is gone, a shared one whose error says so. That one can
 * be handed out and freed like any other; the functions here leave it as it is. */
supa_response *response_new(void);
/* Where the transport writes; NULL for the shared one, so nothing is to be sent then. */
struct reply *response_reply(supa_response *response);
/* The number of attempts that the reply took. */
void response_attempts(supa_response *response, int attempts);

/* Makes rows or an error of the reply. It always ends in one of the two. */
void response_read(supa_response *response, const struct reading *reading);
/* Nothing was sent: the error alone. */
void response_fail(supa_response *response, const supa_error *error);
/* Appends the rows of a response that has some, as JSON parted by commas, to those in @rows, which
 * begins with the bracket of their list. */
void response_join_rows(struct buffer *rows, const supa_response *response);
/* Makes @rows, a list in JSON, the response's body. */
void response_set_rows(supa_response *response, struct buffer *rows);
/* As new; keeps its memory. */
void response_clear(supa_response *response);

/* The cJSON tree's end, for the one file that knows trees; NULL is allowed. */
void tree_free(struct cJSON *tree);

#endif
