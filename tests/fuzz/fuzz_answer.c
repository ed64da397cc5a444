/* SPDX-License-Identifier: MIT */
/* An answer, from its bytes to the last field. The input: four bytes that choose (the status, the
 * method, what is expected, and switches), the headers up to an empty line, the body. */
#include "base/json.h"
#include "fuzz.h"
#include "result/response.h"

#include <stdlib.h>
#include <string.h>
#include <supa/cjson.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define DEPTH_MAX    3   /* of rows in rows that are looked at */
#define ROWS_MAX     64  /* … of rows */
#define NAME_MAX_    256 /* bytes of a column's name that is asked for */

enum {
    WANTS_ROWS = 1,
    COUNTED = 2,
    MEDIA = 4,
    HTML = 8,
    FAILED = 16,
    BACKWARDS = 32,
    TWICE = 64,
    BY_INDEX = 128
};

const char *const fuzz_name = "answer";

static const char *const secrets[] = {
    "service-key-0123456789abcdef", "eyJhbGciOiJIUzI1NiJ9.tail", NULL};

/* What was asked, and the answer as it is read here, apart from the library's own reading. */
struct answer {
    struct reading reading;
    unsigned switches;
    int status;
    const char *body; /* the response's */
    size_t length;
    struct json_tape tape; /* empty when the body is no JSON */
};

/* The node as a value; NULL for JSON_NONE. */
static const struct json_node *value_at(const struct answer *answer, uint32_t node)
{
    return node == JSON_NONE ? NULL : &answer->tape.nodes[node];
}

static int is_kind(const struct json_node *value, enum json_kind kind)
{
    return value != NULL && json_kind_of(value) == kind;
}

/* What every getter of another kind says. */
static supa_field otherwise(const struct json_node *value)
{
    if (value == NULL)
        return SUPA_FIELD_MISSING;
    return json_kind_of(value) == JSON_NULL ? SUPA_FIELD_NULL : SUPA_FIELD_TYPE;
}

static void check_number(
    const struct answer *answer, supa_row row, const char *name, const struct json_node *value)
{
    int is_number = value != NULL && json_kind_of(value) == JSON_NUMBER;
    supa_field exact, natural, real, digits;
    const char *text = NULL;
    size_t length = 0;
    int64_t number;
    uint64_t unsigned_number;
    double nearest;

    exact = supa_row_int64(row, name, &number);
    natural = supa_row_uint64(row, name, &unsigned_number);
    real = supa_row_double(row, name, &nearest);
    digits = supa_row_decimal(row, name, &text, &length);
    if (!is_number) {
        FUZZ_REQUIRE(exact == otherwise(value) && natural == exact);
        FUZZ_REQUIRE(real == exact && digits == exact);
        return;
    }
    FUZZ_REQUIRE(exact == SUPA_FIELD_VALUE || exact == SUPA_FIELD_RANGE);
    FUZZ_REQUIRE(natural == SUPA_FIELD_VALUE || natural == SUPA_FIELD_RANGE);
    FUZZ_REQUIRE(real == SUPA_FIELD_VALUE || real == SUPA_FIELD_RANGE);
    FUZZ_REQUIRE(digits == SUPA_FIELD_VALUE && text == answer->body + value->start);
    FUZZ_REQUIRE(length == value->end - value->start);
    if (exact == SUPA_FIELD_VALUE && number >= 0)
        FUZZ_REQUIRE(natural == SUPA_FIELD_VALUE && unsigned_number == (uint64_t)number);
    if (exact == SUPA_FIELD_VALUE)
        FUZZ_REQUIRE(real == SUPA_FIELD_VALUE && nearest == (double)number);
}

static void check_text(
    const struct answer *answer, supa_row row, const char *name, const struct json_node *value)
{
    static const char none[] = "none";
    const char *text = NULL, *string = supa_row_string(row, name, none);
    size_t length = 0;
    supa_field found = supa_row_text(row, name, &text, &length);
    char *decoded;

    if (value == NULL || json_kind_of(value) != JSON_STRING) {
        FUZZ_REQUIRE(found == otherwise(value) && string == none);
        return;
    }
    decoded = fuzz_text("", 0);
    decoded = realloc(decoded, value->size + (size_t)1);
    if (decoded == NULL)
        abort();
    json_decode(answer->body, value, decoded);
    decoded[value->size] = '\0';
    FUZZ_REQUIRE(found == SUPA_FIELD_VALUE && length == value->size);
    FUZZ_REQUIRE(memcmp(text, decoded, length) == 0);
    FUZZ_REQUIRE(strcmp(string, decoded) == 0);
    free(decoded);
}

static void check_truth(supa_row row, const char *name, const struct json_node *value)
{
    enum json_kind kind = value == NULL ? JSON_NULL : json_kind_of(value);
    int truth = -1;
    supa_field found = supa_row_bool(row, name, &truth);

    if (kind == JSON_TRUE || kind == JSON_FALSE)
        FUZZ_REQUIRE(found == SUPA_FIELD_VALUE && truth == (kind == JSON_TRUE));
    else
        FUZZ_REQUIRE(found == otherwise(value) && truth == -1);
}

static void check_raw(
    const struct answer *answer, supa_row row, const char *name, const struct json_node *value)
{
    const char *json = NULL;
    size_t length = 0;
    supa_field found = supa_row_raw(row, name, &json, &length);
    struct json_tape tape = {NULL, 0, 0, 0};
    struct json_error error;
    uint32_t quotes;

    if (value == NULL) {
        FUZZ_REQUIRE(found == SUPA_FIELD_MISSING);
        return;
    }
    quotes = json_kind_of(value) == JSON_STRING;
    FUZZ_REQUIRE(found == SUPA_FIELD_VALUE && json == answer->body + value->start - quotes);
    FUZZ_REQUIRE(length == value->end - value->start + 2 * quotes);
    FUZZ_REQUIRE(json_parse(&tape, json, length, &error) == JSON_OK);
    json_tape_free(&tape);
}

static void check_row(const struct answer *answer, supa_row row, uint32_t node, int depth);

/* The elements, one after the other, up to a row that is missing. */
static void
check_elements(const struct answer *answer, supa_row first, size_t count, uint32_t list, int depth)
{
    uint32_t node = list + 1, behind = answer->tape.nodes[list].next;
    supa_row row = first;

    FUZZ_REQUIRE(count == json_count(&answer->tape.nodes[list]));
    for (; node < behind; node = json_next(&answer->tape, node), count--) {
        FUZZ_REQUIRE(row.document != NULL && count > 0);
        if (depth < DEPTH_MAX)
            check_row(answer, row, node, depth + 1);
        row = supa_row_next(row);
    }
    FUZZ_REQUIRE(row.document == NULL && count == 0);
}

static int is_all_objects(const struct json_tape *tape, uint32_t list)
{
    uint32_t node = list + 1;

    while (node < tape->nodes[list].next && json_kind_of(&tape->nodes[node]) == JSON_OBJECT)
        node = json_next(tape, node);
    return node == tape->nodes[list].next;
}

static void
check_list(const struct answer *answer, supa_row row, const char *name, uint32_t node, int depth)
{
    const struct json_node *value = value_at(answer, node);
    supa_row first = {NULL, 0};
    size_t count = 99;
    supa_field found = supa_row_rows(row, name, &first, &count);

    if (!is_kind(value, JSON_ARRAY)) {
        FUZZ_REQUIRE(found == otherwise(value) && count == 99);
        FUZZ_REQUIRE(supa_row_list(row, name, &first, &count) == found && count == 99);
        return;
    }
    FUZZ_REQUIRE((found == SUPA_FIELD_VALUE) == is_all_objects(&answer->tape, node));
    FUZZ_REQUIRE(found == SUPA_FIELD_VALUE || (found == SUPA_FIELD_TYPE && count == 99));
    FUZZ_REQUIRE(supa_row_list(row, name, &first, &count) == SUPA_FIELD_VALUE);
    check_elements(answer, first, count, node, depth);
}

static void check_time(supa_row row, const char *name, const struct json_node *value)
{
    int64_t time;
    supa_field found = supa_row_time(row, name, &time);

    if (is_kind(value, JSON_STRING))
        FUZZ_REQUIRE(
            found == SUPA_FIELD_VALUE || found == SUPA_FIELD_TYPE || found == SUPA_FIELD_RANGE);
    else
        FUZZ_REQUIRE(found == otherwise(value));
}

/* A column by its name, or the row's own value when that is NULL; @node is what it should be. */
static void
check_field(const struct answer *answer, supa_row row, const char *name, uint32_t node, int depth)
{
    const struct json_node *value = value_at(answer, node);
    supa_row inner = {NULL, 0};
    supa_field found;

    check_number(answer, row, name, value);
    check_text(answer, row, name, value);
    check_truth(row, name, value);
    check_time(row, name, value);
    check_raw(answer, row, name, value);
    check_list(answer, row, name, node, depth);
    found = supa_row_row(row, name, &inner);
    if (!is_kind(value, JSON_OBJECT))
        FUZZ_REQUIRE(found == otherwise(value) && inner.document == NULL);
    else
        FUZZ_REQUIRE(found == SUPA_FIELD_VALUE && supa_row_next(inner).document == NULL);
    if (found == SUPA_FIELD_VALUE && name != NULL && depth < DEPTH_MAX)
        check_row(answer, inner, node, depth + 1);
}

static void
check_named(const struct answer *answer, supa_row row, uint32_t object, const char *name, int depth)
{
    uint32_t node = JSON_NONE;

    if (json_kind_of(&answer->tape.nodes[object]) == JSON_OBJECT)
        node = json_member(&answer->tape, answer->body, object, name, strlen(name));
    check_field(answer, row, name, node, depth);
}

/* Column @index, whose key is @key. */
static void check_at(const struct answer *answer, supa_row row, size_t index, uint32_t key)
{
    const struct json_node *string = &answer->tape.nodes[key];
    const char *name = NULL, *json = NULL;
    size_t name_length = 0, length = 0;

    FUZZ_REQUIRE(supa_row_at(row, index, &name, &name_length, &json, &length) == SUPA_FIELD_VALUE);
    FUZZ_REQUIRE(name_length == string->size);
    FUZZ_REQUIRE(json_string_is(answer->body, string, name, name_length));
    FUZZ_REQUIRE(
        length > 0 && json > answer->body && json + length < answer->body + answer->length);
    check_field(answer, supa_row_value_at(row, index), NULL, key + 1, DEPTH_MAX);
}

/* The key's bytes as a name to ask for; 0 when that cannot be, since it holds a NUL or is long. */
static int name_of(const struct answer *answer, uint32_t key, char name[NAME_MAX_])
{
    const struct json_node *string = &answer->tape.nodes[key];

    if (string->size >= NAME_MAX_)
        return 0;
    json_decode(answer->body, string, name);
    name[string->size] = '\0';
    return strlen(name) == string->size;
}

/* All columns in the order in which they stand there, and then the first and one that is missing. */
static void check_columns(const struct answer *answer, supa_row row, uint32_t object, int depth)
{
    const struct json_tape *tape = &answer->tape;
    uint32_t behind = tape->nodes[object].next, key = object + 1;
    char name[NAME_MAX_];
    size_t index = 0;

    for (; key < behind; key = json_next(tape, key + 1), index++) {
        if (name_of(answer, key, name))
            check_named(answer, row, object, name, depth);
        if ((answer->switches & BY_INDEX) != 0)
            check_at(answer, row, index, key);
    }
    FUZZ_REQUIRE(supa_row_columns(row) == index);
    FUZZ_REQUIRE(supa_row_value_at(row, index).document == NULL);
    if (index > 0 && name_of(answer, object + 1, name))
        check_named(answer, row, object, name, DEPTH_MAX);
}

static void check_row(const struct answer *answer, supa_row row, uint32_t node, int depth)
{
    check_field(answer, row, NULL, node, depth);
    if (json_kind_of(&answer->tape.nodes[node]) == JSON_OBJECT)
        check_columns(answer, row, node, depth);
    else
        FUZZ_REQUIRE(supa_row_columns(row) == 0);
    check_named(answer, row, node, "no such column, or is there", DEPTH_MAX);
    check_named(answer, row, node, "id", DEPTH_MAX);
}

/* A function's list may have anything in it. */
static int is_of_anything(enum expectation expect)
{
    return expect == EXPECT_ANY || expect == EXPECT_ANY_AT_MOST_ONE;
}

/* How many rows the body is, by what was expected. */
static size_t rows_of(const struct answer *answer)
{
    const struct reading *reading = &answer->reading;

    if (!reading->wants_rows || reading->media != NULL || answer->tape.count == 0 ||
        answer->status < 200 || answer->status > 299)
        return 0;
    if (json_kind_of(&answer->tape.nodes[0]) != JSON_ARRAY)
        return 1;
    return is_of_anything(reading->expect) || is_all_objects(&answer->tape, 0)
               ? json_count(&answer->tape.nodes[0])
               : 0;
}

/* The node of row @index. */
static uint32_t node_of_row(const struct answer *answer, size_t index)
{
    uint32_t node = 1;

    if (json_kind_of(&answer->tape.nodes[0]) != JSON_ARRAY)
        return 0;
    while (index-- > 0)
        node = json_next(&answer->tape, node);
    return node;
}

static void check_rows(const struct answer *answer, const supa_response *response)
{
    size_t count = supa_response_row_count(response);
    size_t seen = count < ROWS_MAX ? count : ROWS_MAX;

    for (size_t i = 0; i < seen; i++) {
        size_t index = (answer->switches & BACKWARDS) != 0 ? seen - 1 - i : i;
        supa_row row = supa_response_row(response, index);
        supa_row next = supa_row_next(row), other = supa_response_row(response, index + 1);

        FUZZ_REQUIRE(next.document == other.document && next.place == other.place);
        check_row(answer, row, node_of_row(answer, index), 0);
    }
    FUZZ_REQUIRE(supa_response_row(response, count).document == NULL);
}

/* A success: the rows are those of the body when rows were asked for, and none otherwise. */
static void check_success(const struct answer *answer, const supa_response *response)
{
    int64_t total = supa_response_count(response);

    FUZZ_REQUIRE(supa_response_error(response) == NULL);
    FUZZ_REQUIRE(total >= -1 && (answer->reading.counted || total == -1));
    FUZZ_REQUIRE(supa_response_row_count(response) == rows_of(answer));
    if (answer->reading.expect == EXPECT_AT_MOST_ONE ||
        answer->reading.expect == EXPECT_ANY_AT_MOST_ONE)
        FUZZ_REQUIRE(rows_of(answer) < 2);
    check_rows(answer, response);
}

static void check_failure(const supa_response *response)
{
    const supa_error *error = supa_response_error(response);
    int64_t number;

    FUZZ_REQUIRE(error != NULL && supa_response_row_count(response) == 0);
    FUZZ_REQUIRE(
        supa_row_int64(supa_response_first(response), "id", &number) == SUPA_FIELD_MISSING);
    fuzz_check_error(error, secrets);
    FUZZ_REQUIRE(error->http_status == supa_response_status(response));
}

static void check_headers(const struct answer *answer, const supa_response *response)
{
    static const char *const names[] = {"content-type", "Content-Range", "Location", "", "a"};

    for (size_t i = 0; i < COUNT(names); i++) {
        const char *value = supa_response_header(response, names[i]);

        FUZZ_REQUIRE(value == NULL || strlen(value) <= answer->length + 100000);
    }
}

/* cJSON takes all that ours takes; but old versions of it not each number. */
static void check_tree(const struct answer *answer, supa_response *response)
{
    const cJSON *tree = supa_response_json(response);

    FUZZ_REQUIRE(tree == supa_response_json(response));
    if (tree != NULL && answer->tape.count > 0) {
        enum json_kind root = json_kind_of(&answer->tape.nodes[0]);

        FUZZ_REQUIRE(!cJSON_IsObject(tree) == (root != JSON_OBJECT));
        FUZZ_REQUIRE(!cJSON_IsArray(tree) == (root != JSON_ARRAY));
    }
}

static void check(struct answer *answer, supa_response *response)
{
    supa_timings timings;

    answer->body = supa_response_body(response, &answer->length);
    FUZZ_REQUIRE(answer->body != NULL && answer->body[answer->length] == '\0');
    supa_response_timings(response, &timings);
    FUZZ_REQUIRE(supa_response_truncated(response) <= SUPA_TRUNCATED_UNKNOWN);
    if (supa_response_ok(response))
        check_success(answer, response);
    else
        check_failure(response);
    check_headers(answer, response);
    check_tree(answer, response);
}

static const int statuses[] = {200, 200, 200, 201, 204, 206, 299, 300, 301, 400, 401, 403,
                               404, 406, 409, 414, 416, 429, 500, 502, 503, 504, 520, 0};

static void read_choices(struct fuzz_bytes *bytes, struct answer *answer, struct reply *reply)
{
    static const supa_code codes[] = {
        SUPA_ERROR_NETWORK, SUPA_ERROR_TLS, SUPA_ERROR_TIMEOUT, SUPA_ERROR_TOO_LARGE,
        SUPA_ERROR_BUSY};
    struct reading *reading = &answer->reading;
    unsigned status = fuzz_byte(bytes), method = fuzz_byte(bytes);

    reply->status = statuses[status % COUNT(statuses)];
    answer->status = reply->status;
    reply->outcome = SUPA_ANSWERED;
    reading->method = (enum http_method)(method % (HTTP_OPTIONS + 1));
    reading->expect = (enum expectation)(fuzz_byte(bytes) % (EXPECT_ANY + 1));
    answer->switches = fuzz_byte(bytes);
    reading->wants_rows = (answer->switches & WANTS_ROWS) != 0;
    reading->counted = (answer->switches & COUNTED) != 0;
    if ((answer->switches & MEDIA) != 0)
        reading->media = (answer->switches & HTML) != 0 ? "text/html" : "text/csv";
    if ((answer->switches & FAILED) != 0) {
        reply->code = codes[method % COUNT(codes)];
        reply->outcome = (supa_outcome)(method % 3);
    }
    reading->side = SUPA_SIDE_TENANT;
    reading->store_id = "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2";
    reading->relation = "products";
    reading->secrets = secrets;
}

/* The headers up to an empty line, each with its line's end; of a failed attempt they are its cause. */
static void read_headers(struct fuzz_bytes *bytes, struct reply *reply)
{
    for (;;) {
        size_t length;
        const char *line = fuzz_until(bytes, '\n', &length);

        if (length == 0)
            return;
        buffer_put(&reply->headers, line, length);
        buffer_putc(&reply->headers, '\n');
        if (reply->code != SUPA_OK && length < sizeof reply->problem) {
            memcpy(reply->problem, line, length);
            reply->problem[length] = '\0';
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    supa_response *response = response_new();
    struct reply *reply = response_reply(response);
    struct answer answer = {.switches = 0};
    struct json_error error;

    if (reply == NULL)
        abort();
    reply_clear(reply);
    read_choices(&bytes, &answer, reply);
    read_headers(&bytes, reply);
    buffer_put(&reply->body, bytes.at, (size_t)(bytes.end - bytes.at));
    json_parse(&answer.tape, buffer_text(&reply->body), reply->body.length, &error);
    response_read(response, &answer.reading);
    check(&answer, response);
    if ((answer.switches & TWICE) != 0) {
        int ok = supa_response_ok(response);

        response_read(response, &answer.reading);
        FUZZ_REQUIRE(supa_response_ok(response) == ok);
        check(&answer, response);
    }
    json_tape_free(&answer.tape);
    supa_response_free(response);
    return 0;
}
