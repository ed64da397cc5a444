/* SPDX-License-Identifier: MIT */
/* The kinds of requests that meet every fault. */
#include "hostile.h"

#include <string.h>

static supa_query *a_list(supa_client *client)
{
    return supa_select(supa_from(client, "products"), "id");
}

static supa_query *a_single(supa_client *client)
{
    return supa_single(supa_eq(a_list(client), "id", supa_int(7)));
}

static supa_query *a_count(supa_client *client)
{
    return supa_head(supa_count(a_list(client), SUPA_COUNT_EXACT));
}

static supa_query *a_csv(supa_client *client)
{
    return supa_csv(a_list(client));
}

static supa_query *an_insert(supa_client *client)
{
    return supa_insert(supa_from(client, "products"), "{\"name\":\"lamp\"}");
}

static supa_query *an_update(supa_client *client)
{
    supa_query *q = supa_update(supa_from(client, "products"), "{\"name\":\"lamp\"}");

    return supa_returning(supa_eq(q, "id", supa_int(7)), "id");
}

static supa_query *an_upsert(supa_client *client)
{
    supa_query *q = supa_from(client, "products");

    return supa_returning(supa_upsert(q, "{\"id\":7,\"name\":\"lamp\"}", "id"), "id");
}

static supa_query *a_delete(supa_client *client)
{
    return supa_eq(supa_delete(supa_from(client, "products")), "id", supa_int(7));
}

static supa_query *a_call(supa_client *client)
{
    return supa_arg(supa_rpc(client, "take_stock"), "product", supa_int(7));
}

static supa_query *a_call_by_get(supa_client *client)
{
    return supa_rpc_get(supa_arg(supa_rpc(client, "stock"), "product", supa_int(7)));
}

static int is_own(supa_row row)
{
    int64_t id = 0;

    return supa_row_int64(row, "id", &id) != SUPA_FIELD_VALUE || id == 7;
}

static int ask_whole(supa_query *q, supa_error *error)
{
    supa_response *response = supa_execute(q);
    const supa_error *cause = supa_response_error(response);
    int code = cause != NULL ? (int)cause->code : SUPA_OK;

    memset(error, 0, sizeof *error);
    if (cause != NULL)
        *error = *cause;
    else if (supa_response_row_count(response) != 0 && !is_own(supa_response_first(response)))
        code = HOSTILE_WRONG_ROW;
    supa_response_free(response);
    return code;
}

static int ask_rows(supa_query *q, supa_error *error)
{
    supa_rows *rows = supa_rows_open(q);
    supa_row row;
    int wrong = 0, code;

    while (supa_rows_next(rows, &row))
        wrong |= !is_own(row);
    memset(error, 0, sizeof *error);
    code = supa_rows_close(rows, error);
    return code == SUPA_OK && wrong ? HOSTILE_WRONG_ROW : code;
}

#define ROWS HOSTILE_BODY

const struct hostile_request hostile_requests[HOSTILE_REQUESTS] = {
    {"list", "GET", HOSTILE_LIST, 0, 0, ROWS, a_list, ask_whole},
    {"single", "GET", HOSTILE_SINGLE, 0, 0, "{\"id\":7 } ", a_single, ask_whole},
    {"count", "HEAD", HOSTILE_COUNT, 0, 0, ROWS, a_count, ask_whole},
    {"csv", "GET", HOSTILE_CSV, 0, 0, "id,n\n7,abc", a_csv, ask_whole},
    {"stream", "GET", HOSTILE_STREAM, 0, 0, ROWS, a_list, ask_rows},
    {"insert", "POST", HOSTILE_INSERT, 1, 1, ROWS, an_insert, ask_whole},
    {"update", "PATCH", HOSTILE_UPDATE, 1, 1, ROWS, an_update, ask_whole},
    {"upsert", "POST", HOSTILE_UPSERT, 1, 1, ROWS, an_upsert, ask_whole},
    {"delete", "DELETE", HOSTILE_DELETE, 1, 0, ROWS, a_delete, ask_whole},
    {"rpc", "POST", HOSTILE_CALL, 1, 1, ROWS, a_call, ask_whole},
    {"rpc by GET", "GET", HOSTILE_CALL_GET, 0, 0, ROWS, a_call_by_get, ask_whole},
};
