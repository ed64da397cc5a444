/* SPDX-License-Identifier: MIT */
/* A client's own life, what is asked one at a time, and what is read of the answer. */
#include "sweep.h"

#include <string.h>
#include <supa/cjson.h>

static int new_client(struct place *place, supa_error *error)
{
    static const char *const suffixes[] = {"127.0.0.1", NULL};
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    supa_client *client;

    (void)place;
    options.url = server_url();
    options.key = "a-key";
    options.token = "a-token";
    options.schema = "other";
    options.allow_plain_http = options.allow_private = 1;
    options.host_suffixes = suffixes;
    client = supa_client_new(&options, error);
    supa_client_unref(supa_client_ref(client));
    supa_client_unref(client);
    return client != NULL ? SUPA_OK : error->code;
}

static int derived(struct place *place, supa_error *error)
{
    supa_client *other = supa_client_with_schema(place->client, "other", error);
    supa_client *tokened;

    if (other == NULL)
        return error->code;
    tokened = supa_client_with_token(other, "a-token", error);
    supa_client_unref(other);
    supa_client_unref(tokened);
    return tokened != NULL ? SUPA_OK : error->code;
}

static int ping(struct place *place, supa_error *error)
{
    return supa_client_ping(place->client, error);
}

static int ended(supa_response *response, supa_error *error)
{
    const supa_error *cause = supa_response_error(response);
    int code = cause != NULL ? (int)cause->code : SUPA_OK;

    if (cause != NULL)
        *error = *cause;
    supa_response_free(response);
    return code;
}

static supa_query *list(struct place *place)
{
    return supa_select(supa_from(place->client, "products"), "id,name");
}

static int get(struct place *place, supa_error *error)
{
    return sweep_rows(supa_execute(list(place)), 1, error);
}

/* The answer's headers and body; a header that finds no memory is not there. */
static int read_whole(struct place *place, supa_error *error)
{
    supa_response *response = supa_execute(list(place));
    const char *type = supa_response_header(response, "Content-Type");
    size_t length;

    if (!supa_response_ok(response))
        return ended(response, error);
    supa_response_body(response, &length);
    if (length == 0 || supa_response_status(response) != 200)
        return SWEEP_WRONG;
    supa_response_free(response);
    return type != NULL ? SUPA_OK : SUPA_ERROR_NO_MEMORY;
}

static void look(void *user, const supa_attempt *attempt)
{
    if (strstr(supa_attempt_url(attempt), "products") != NULL)
        ++*(int *)user;
}

/* Each attempt is told of; without memory its URL is empty. */
static int looked_at(struct place *place, supa_error *error)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    supa_client *client;
    int seen = 0, code;

    (void)place;
    options.url = server_url();
    options.key = "a-key";
    options.allow_plain_http = options.allow_private = 1;
    options.retries = 0;
    options.on_attempt = look;
    options.user = &seen;
    client = supa_client_new(&options, error);
    if (client == NULL)
        return error->code;
    code = supa_exec(supa_select(supa_from(client, "products"), "id"), error);
    supa_client_unref(client);
    return code == SUPA_OK && seen != 1 ? SUPA_ERROR_NO_MEMORY : code;
}

static int get_one(struct place *place, supa_error *error)
{
    return sweep_rows(supa_execute(supa_single(list(place))), 1, error);
}

static int head(struct place *place, supa_error *error)
{
    supa_response *response = supa_execute(supa_head(supa_count(list(place), SUPA_COUNT_EXACT)));
    int is_right = !supa_response_ok(response) || supa_response_count(response) == 42;
    int code = sweep_rows(response, 0, error);

    return is_right ? code : SWEEP_WRONG;
}

/* An insert whose row is read back. */
static int insert(struct place *place, supa_error *error)
{
    supa_query *q = supa_insert(supa_from(place->client, "products"), "{\"name\":\"lamp\"}");

    return sweep_rows(supa_execute(supa_returning(q, "id")), 1, error);
}

static int rolled_back(struct place *place, supa_error *error)
{
    supa_query *q = supa_insert(supa_from(place->client, "products"), "{\"name\":\"lamp\"}");

    return supa_exec(supa_rollback(q), error);
}

static int cancellable(struct place *place, supa_error *error)
{
    supa_cancel *cancel = supa_cancel_new();
    int code;

    if (cancel == NULL)
        return SUPA_ERROR_NO_MEMORY;
    code = supa_exec(supa_cancel_with(list(place), cancel), error);
    supa_cancel_unref(cancel);
    return code;
}

static int split(struct place *place, supa_error *error)
{
    int64_t ids[2000];

    for (size_t i = 0; i < 2000; i++)
        ids[i] = 1000000000 + (int64_t)i;
    return ended(supa_execute(supa_split(supa_in(list(place), "id", supa_ints(ids, 2000)))), error);
}

static int openapi(struct place *place, supa_error *error)
{
    return ended(supa_openapi(place->client), error);
}

static int allow(struct place *place, supa_error *error)
{
    return ended(supa_allow(place->client, "products"), error);
}

/* The database refuses: its words are told, or what they could not be kept in. */
static int refused(struct place *place, supa_error *error)
{
    supa_query *q = supa_insert(supa_from(place->client, "refused"), "{\"name\":\"lamp\"}");
    int code = supa_exec(q, error);

    return code == SUPA_ERROR_DATABASE ? SUPA_OK : code == SUPA_OK ? SWEEP_WRONG : code;
}

static const char fields[] = "[{\"i\":7,\"t\":\"a\\nb\",\"d\":12.50,\"at\":\"2026-01-01T00:00:"
                             "00Z\",\"r\":{\"x\":\"\\u00e9\"},"
                             "\"l\":[{\"x\":\"\\t\"},{\"x\":2}],\"n\":[1,2],\"b\":true}]";

static int read_text(supa_row row)
{
    const char *text, *name;
    size_t length, name_length;
    supa_row inner, first;
    size_t count = 0;
    int right = 1;

    right &= strcmp(supa_row_string(row, "t", "?"), "a\nb") == 0;
    right &= supa_row_text(row, "t", &text, &length) == SUPA_FIELD_VALUE && length == 3;
    right &= supa_row_decimal(row, "d", &text, &length) == SUPA_FIELD_VALUE && length == 5;
    right &= supa_row_raw(row, "r", &text, &length) == SUPA_FIELD_VALUE;
    right &= supa_row_row(row, "r", &inner) == SUPA_FIELD_VALUE &&
             strcmp(supa_row_string(inner, "x", "?"), "\xc3\xa9") == 0;
    right &= supa_row_rows(row, "l", &first, &count) == SUPA_FIELD_VALUE && count == 2;
    right &= supa_row_list(row, "n", &first, &count) == SUPA_FIELD_VALUE && count == 2;
    right &= supa_row_int64(row, "i", &(int64_t){0}) == SUPA_FIELD_VALUE;
    right &= supa_row_uint64(row, "i", &(uint64_t){0}) == SUPA_FIELD_VALUE;
    right &= supa_row_scaled(row, "d", 2, &(int64_t){0}) == SUPA_FIELD_VALUE;
    right &= supa_row_double(row, "d", &(double){0}) == SUPA_FIELD_VALUE;
    right &= supa_row_bool(row, "b", &(int){0}) == SUPA_FIELD_VALUE;
    right &= supa_row_time(row, "at", &(int64_t){0}) == SUPA_FIELD_VALUE;
    right &= supa_row_columns(row) == 8;
    right &= supa_row_int64(supa_row_next(supa_row_value_at(first, 0)), "x", &(int64_t){0}) !=
             SUPA_FIELD_VALUE;
    right &= supa_row_at(row, 1, &name, &name_length, &text, &length) == SUPA_FIELD_VALUE;
    return right;
}

/* Rows from memory: every getter. A getter that finds no memory tells so by giving nothing. */
static int read_rows(struct place *place, supa_error *error)
{
    supa_response *response = supa_response_of_rows(fields, sizeof fields - 1);
    const supa_error *cause = supa_response_error(response);
    int code = SUPA_OK;

    (void)place;
    if (cause != NULL) {
        *error = *cause;
        code = cause->code;
    } else if (
        !read_text(supa_response_first(response)) ||
        supa_row_columns(supa_response_row(response, 0)) != 8) {
        code = SUPA_ERROR_NO_MEMORY; /* judged by the call that follows, which has to read all */
    }
    supa_response_free(response);
    return code;
}

static int read_tree(struct place *place, supa_error *error)
{
    supa_response *response = supa_execute(list(place));
    const supa_error *cause = supa_response_error(response);
    int code = SUPA_OK;

    if (cause != NULL) {
        *error = *cause;
        code = cause->code;
    } else if (supa_response_json(response) == NULL) {
        code = SUPA_ERROR_NO_MEMORY;
    } else if (cJSON_GetArraySize(supa_response_json(response)) != 1) {
        code = SWEEP_WRONG;
    }
    supa_response_free(response);
    return code;
}

static int of_error(struct place *place, supa_error *error)
{
    supa_error cause = {.code = SUPA_ERROR_BUSY};
    supa_response *response;
    const supa_error *told;
    int code;

    (void)place;
    strcpy(cause.message, "too many");
    response = supa_response_of_error(&cause);
    told = supa_response_error(response);
    code = told != NULL ? (int)told->code : SWEEP_WRONG;
    if (code == SUPA_ERROR_NO_MEMORY)
        *error = *told;
    supa_response_free(response);
    return code == SUPA_ERROR_BUSY ? SUPA_OK : code;
}

#define JSON "Content-Type: application/json\r\n"

static const struct server_answer plain[] = {
    {"HEAD ", 206, JSON "Content-Range: 0-0/42\r\n", ""},
    {"POST /rest/v1/refused", 409, NULL,
     "{\"code\":\"23505\",\"message\":\"duplicate key\",\"details\":\"Key (a)\",\"hint\":null}"},
    SWEEP_JSON("POST ", "[{\"id\":7}]"),
    SWEEP_JSON("GET /rest/v1/ ", "{\"swagger\":\"2.0\"}"),
    SWEEP_END,
};
static const struct server_answer object[] = {SWEEP_JSON("GET ", "{\"id\":7}"), SWEEP_END};
static const struct server_answer confirmed[] = {
    {"/rest/v1/products", 200, JSON "Preference-Applied: tx=rollback\r\n", "[]"},
    SWEEP_END,
};

static const struct scenario all[] = {
    {"a client", NEEDS_NOTHING, new_client, NULL, 0, 0},
    {"clients made of a client", NEEDS_CLIENT, derived, NULL, 0, 0},
    {"a ping", NEEDS_CLIENT, ping, plain, 0, 0},
    {"a read", NEEDS_CLIENT, get, plain, 0, 0},
    {"an answer's headers and body", NEEDS_CLIENT, read_whole, plain, 0, 0},
    {"an attempt that is looked at", NEEDS_NOTHING, looked_at, plain, 0, 0},
    {"a read of one row", NEEDS_CLIENT, get_one, object, 0, 0},
    {"a count", NEEDS_CLIENT, head, plain, 0, 0},
    {"an insert", NEEDS_CLIENT, insert, plain, 1, 0},
    {"an insert that is refused", NEEDS_CLIENT, refused, plain, 1, 0},
    {"an insert that is rolled back", NEEDS_CLIENT, rolled_back, confirmed, 1, 0},
    {"a read that can be cancelled", NEEDS_CLIENT, cancellable, plain, 0, 0},
    {"a list that is split", NEEDS_CLIENT, split, plain, 0, 0},
    {"the API's description", NEEDS_CLIENT, openapi, plain, 0, 0},
    {"what is allowed", NEEDS_CLIENT, allow, plain, 0, 0},
    {"every getter", NEEDS_NOTHING, read_rows, NULL, 0, 0},
    {"a tree", NEEDS_CLIENT, read_tree, plain, 0, 0},
    {"a response of an error", NEEDS_NOTHING, of_error, NULL, 0, 0},
};

const struct scenarios sweep_asks = SCENARIOS("asks", all);
