/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

void table_sent(
    struct world *world, supa_query *q, const char *method, const char *url, const char *body)
{
    const size_t prefix = strlen(WORLD_PREFIX), calls = world->calls;
    supa_error error;
    const int code = supa_exec(q, &error); /* the scripted answer may be an error */

    CU_ASSERT_EQUAL(world->calls, calls + 1);
    if (world->calls == calls) {
        fprintf(stderr, "\n    expected: %s\n    got:      %d %s\n", url, code, error.message);
        return;
    }
    CU_ASSERT(world_same(world->method, method));
    CU_ASSERT_EQUAL(strncmp(world->url, WORLD_PREFIX, prefix), 0);
    CU_ASSERT(world_same(world->url + prefix, url));
    CU_ASSERT_EQUAL(world->has_body, body != NULL);
    CU_ASSERT(world_same(world->body, body != NULL ? body : ""));
}

void table_refused(struct world *world, supa_query *q, supa_code code, const char *words)
{
    const size_t calls = world->calls;
    supa_error error;

    CU_ASSERT_EQUAL(supa_exec(q, &error), (int)code);
    CU_ASSERT_EQUAL(error.code, code);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(error.retryable, 0);
    CU_ASSERT(world_holds(error.message, words));
    CU_ASSERT_EQUAL(world->calls, calls);
}

void table_reads(struct world *world, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        table_sent(world, rows[i].q, "GET", rows[i].url, NULL);
}

void table_writes(struct world *world, const struct write *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        table_sent(world, rows[i].q, rows[i].method, rows[i].url, rows[i].body);
}

static int has_header(const struct world *world, const char *name)
{
    char start[64];

    snprintf(start, sizeof start, "\n%s:", name);
    return strstr(world->headers, start) != NULL ||
           strncmp(world->headers, start + 1, strlen(start + 1)) == 0;
}

void table_headers(struct world *world, const struct header_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const size_t calls = world->calls;
        int right;

        supa_response_free(supa_execute(rows[i].q));
        CU_ASSERT_EQUAL(world->calls, calls + 1);
        right = strchr(rows[i].line, ':') != NULL ? world_sent(world, rows[i].line)
                                                  : !has_header(world, rows[i].line);
        if (!right)
            fprintf(
                stderr, "\n    row %zu expected: %s\n    got:\n%s\n", i, rows[i].line,
                world->headers);
        CU_ASSERT(right);
    }
}

void table_mistakes(struct world *world, supa_code code, const struct mistake *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        table_refused(world, rows[i].q, code, rows[i].words);
}
