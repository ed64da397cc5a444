/* SPDX-License-Identifier: MIT */
/* Every call that builds a query: told as text, and sent. */
#include "sweep.h"

#include <string.h>
#include <supa/cjson.h>

static const char *const texts[] = {"x,y", "a\"b", ""};
static const int64_t numbers[] = {1, -2};
static const double reals[] = {0.5, 1e300};

static void sent_as(supa_query *q)
{
    supa_header(supa_header(q, "X-A", "1"), "X-B", "2");
    supa_token(supa_timeout(supa_schema(q, "other"), 20000), "token-one");
    supa_deadline_by(supa_retry(q, 0), supa_deadline_in(20000));
    supa_count(supa_timezone(supa_strict(q), "Europe/Paris"), SUPA_COUNT_EXACT);
}

static void compare(supa_query *q)
{
    supa_eq(supa_not(q), "a", supa_text("v"));
    supa_neq(q, "a", supa_text_n("vw", 1));
    supa_gt(q, "b", supa_int(1));
    supa_gte(q, "b", supa_uint(1));
    supa_lt(q, "b", supa_real(0.5));
    supa_lte(q, "b", supa_decimal("1.5"));
    supa_eq(supa_is_distinct(q, "c", supa_bool(1)), "c", supa_null());
    supa_is(q, "d", SUPA_IS_NOT_NULL);
    supa_in(q, "e", supa_texts(texts, 3));
    supa_not_in(q, "e", supa_ints(numbers, 2));
    supa_in(q, "f", supa_reals(reals, 2));
}

static void match(supa_query *q)
{
    supa_like(supa_ilike(q, "a", "%x%"), "b", "%y%");
    supa_like_any(supa_like_all(q, "a", supa_texts(texts, 3)), "b", supa_texts(texts, 2));
    supa_ilike_any(supa_ilike_all(q, "a", supa_texts(texts, 3)), "b", supa_texts(texts, 2));
    supa_regex(supa_iregex(q, "a", "^x"), "b", "y$");
    supa_text_search(q, "f", "cat", SUPA_FTS, "english");
    supa_contains(supa_contained_by(q, "a", supa_json("{\"k\":[1]}")), "b", supa_texts(texts, 2));
    supa_overlaps(q, "c", supa_ints(numbers, 2));
}

static void lie_in_ranges(supa_query *q)
{
    supa_range_gt(supa_range_gte(q, "a", "[1,2)"), "a", "[1,2)");
    supa_range_lt(supa_range_lte(q, "a", "[1,2)"), "a", "[1,2)");
    supa_range_adjacent(q, "a", "[1,2)");
}

static void group(supa_query *q)
{
    const supa_value mixed[] = {supa_real(0.5), supa_json("[1,{}]"), supa_uint(7)};

    supa_filter(q, "g", "not.wfts(simple)", supa_text("dog"));
    supa_filter_text(supa_filter_raw(q, "h", "eq.1"), "h", "eq", "x");
    supa_filter_texts(q, "h", "in", texts, 3);
    supa_filter_any(q, "i", "eq", supa_values(mixed, 1));
    supa_filter_all(q, "i", "like", supa_texts(texts, 2));
    supa_or(q);
    supa_gt(q, "d", supa_decimal("1.5"));
    supa_like_any(supa_and(q), "e", supa_texts(texts, 3));
    supa_end(supa_end(supa_contains(q, "e", supa_json("{\"k\":[1]}"))));
    supa_or_raw(q, "i.eq.1");
}

static supa_query *shape(supa_query *q)
{
    supa_select(q, "id,c:categories!inner(id,\"x y\"),data->>k::text,n.sum()");
    supa_end(supa_eq(supa_or_on(q, "c"), "j", supa_null()));
    supa_end(supa_eq(supa_and_on(q, "c"), "j", supa_same(supa_int(2))));
    supa_range(supa_order(supa_order(q, "a", SUPA_DESC), "rel(b)", 0), 1, 10);
    supa_limit_on(supa_order_on(q, "c", "id", 0), "c", 4);
    sent_as(q);
    return supa_strip_nulls(q);
}

static supa_query *many_filters(supa_client *client)
{
    supa_query *q = supa_from(client, "products");

    compare(q);
    match(q);
    return q;
}

static supa_query *more_filters(supa_client *client)
{
    supa_query *q = supa_from(client, "products");

    lie_in_ranges(q);
    group(q);
    return shape(q);
}

static supa_query *one_row(supa_client *client)
{
    return supa_maybe_single(supa_limit(supa_from(client, "products"), 1));
}

static supa_query *a_plan(supa_client *client)
{
    supa_query *q = supa_range_on(supa_select(supa_from(client, "products"), "*,c(id)"), "c", 0, 3);

    return supa_explain(supa_accept(q, "application/vnd.x"), 31, SUPA_PLAN_JSON);
}

static supa_query *a_map(supa_client *client)
{
    return supa_geojson(supa_from(client, "places"));
}

static supa_query *a_head(supa_client *client)
{
    return supa_head_reason(supa_head(supa_from(client, "places")));
}

static supa_query *rows_of_values(supa_client *client)
{
    supa_query *q = supa_upsert(supa_from(client, "products"), NULL, "store_id,sku");
    const supa_value mixed[] = {supa_null(), supa_text("x\n"), supa_real(1e300)};

    supa_set(supa_set(supa_insert_row(q), "sku", supa_text("a\"b")), "n", supa_int(-1));
    supa_set(supa_set(supa_insert_row(q), "m", supa_values(mixed, 3)), "o", supa_json("{}"));
    sent_as(supa_returning(supa_missing_default(q), "id,sku"));
    return supa_max_affected(supa_ignore_duplicates(supa_idempotent(q)), 5);
}

static supa_query *rows_of_json(supa_client *client)
{
    supa_query *q = supa_insert(supa_from(client, "products"), "[{\"a\":1},{\"b\\u0062\":[1,2]}]");

    return supa_return_headers(supa_columns(q, "a,bb"));
}

/* The tree is the caller's: it is there already when memory fails. */
static cJSON *a_tree(void)
{
    static cJSON *tree;

    if (tree == NULL)
        tree = cJSON_Parse("[{\"a\":1,\"b\":\"x\"}]");
    return tree;
}

static supa_query *rows_of_a_tree(supa_client *client)
{
    return supa_insert_tree(supa_from(client, "products"), a_tree());
}

static supa_query *an_update(supa_client *client)
{
    supa_query *q =
        supa_set(supa_update_row(supa_from(client, "products")), "z", supa_texts(texts, 3));

    compare(q);
    sent_as(q);
    return q;
}

static supa_query *an_update_of_json(supa_client *client)
{
    return supa_eq(supa_update(supa_from(client, "products"), "{\"a\":1}"), "id", supa_int(1));
}

static supa_query *a_delete(supa_client *client)
{
    return supa_all_rows(supa_delete(supa_from(client, "products")));
}

static supa_query *a_put(supa_client *client)
{
    return supa_eq(supa_put(supa_from(client, "products"), "{\"id\":1}"), "id", supa_int(1));
}

static supa_query *a_body(supa_client *client)
{
    return supa_body(supa_insert(supa_from(client, "l"), NULL), "text/csv", "a\n1\n", 4);
}

static supa_query *a_borrowed_body(supa_client *client)
{
    return supa_body_borrow(supa_insert(supa_from(client, "l"), NULL), "text/csv", "a\n1\n", 4);
}

static int64_t read_nothing(void *user, void *out, size_t size)
{
    (void)user;
    (void)out;
    (void)size;
    return 0;
}

static supa_query *a_body_from(supa_client *client)
{
    supa_query *q = supa_insert(supa_from(client, "l"), NULL);

    return supa_body_from(q, "text/csv", read_nothing, NULL, 0);
}

static void arguments(supa_query *q)
{
    supa_arg(supa_arg(q, "a", supa_text("x\"y")), "b", supa_real(0.5));
    supa_arg_variadic(supa_arg(q, "c", supa_texts(texts, 3)), "d", supa_texts(texts, 2));
    sent_as(q);
}

static supa_query *a_call(supa_client *client)
{
    supa_query *q = supa_rpc(client, "f");

    arguments(q);
    return q;
}

static supa_query *a_call_by_get(supa_client *client)
{
    supa_query *q = supa_rpc_get(supa_rpc(client, "f"));

    arguments(q);
    return q;
}

static supa_query *a_call_of_json(supa_client *client)
{
    return supa_args(supa_rpc(client, "f"), "{\"a\":[1,2,3]}");
}

static supa_query *a_copy(supa_client *client)
{
    supa_query *q = more_filters(client), *copy = supa_query_dup(q);

    supa_query_free(q);
    return copy;
}

static supa_query *a_copy_of_rows(supa_client *client)
{
    supa_query *q = rows_of_values(client), *copy = supa_query_dup(q);

    supa_query_free(q);
    return supa_set(supa_insert_row(copy), "late", supa_int(1));
}

static supa_query *of_a_template(supa_client *client)
{
    supa_query *q = shape(supa_template("products")), *bound = supa_query_on(q, client);

    supa_query_free(q);
    return bound;
}

static int send(supa_query *q, supa_error *error)
{
    return supa_exec(q, error);
}

/* The text says so when it could not be made. */
static int told(char *text, const char *word, supa_query *q, supa_error *error)
{
    int code = SUPA_ERROR_NO_MEMORY;

    if (text != NULL && strstr(text, "out of memory") == NULL)
        code = strstr(text, word) != NULL ? SUPA_OK : SWEEP_WRONG;
    if (supa_query_error(q) != NULL)
        *error = *supa_query_error(q);
    supa_text_free(text);
    supa_query_free(q);
    return code;
}

static int describe(supa_query *q, supa_error *error)
{
    return told(supa_query_describe(q), "rest/v1", q, error);
}

static int curl(supa_query *q, supa_error *error)
{
    return told(supa_query_curl(q, 0), "curl", q, error);
}

#define FORMS(name)                                                                                \
    static int name##_sent(struct place *place, supa_error *error)                                 \
    {                                                                                              \
        return send(name(place->client), error);                                                   \
    }                                                                                              \
    static int name##_told(struct place *place, supa_error *error)                                 \
    {                                                                                              \
        return describe(name(place->client), error);                                               \
    }                                                                                              \
    static int name##_curl(struct place *place, supa_error *error)                                 \
    {                                                                                              \
        return curl(name(place->client), error);                                                   \
    }
#define ROWS(name, text, writes)                                                                   \
    {text, NEEDS_CLIENT, name##_sent, answers, writes, 0},                                         \
        {text ", described", NEEDS_CLIENT, name##_told, NULL, 0, 0},                               \
    {                                                                                              \
        text ", for curl", NEEDS_CLIENT, name##_curl, NULL, 0, 0                                   \
    }

FORMS(many_filters)
FORMS(more_filters)
FORMS(one_row)
FORMS(a_plan)
FORMS(a_map)
FORMS(a_head)
FORMS(rows_of_values)
FORMS(rows_of_json)
FORMS(rows_of_a_tree)
FORMS(an_update)
FORMS(an_update_of_json)
FORMS(a_delete)
FORMS(a_put)
FORMS(a_body)
FORMS(a_borrowed_body)
FORMS(a_body_from)
FORMS(a_call)
FORMS(a_call_by_get)
FORMS(a_call_of_json)
FORMS(a_copy)
FORMS(a_copy_of_rows)
FORMS(of_a_template)

static const struct server_answer answers[] = {SWEEP_END};

static const struct scenario all[] = {
    ROWS(many_filters, "filters", 0),
    ROWS(more_filters, "ranges, groups and shape", 0),
    ROWS(one_row, "one row", 0),
    ROWS(a_plan, "a plan", 0),
    ROWS(a_map, "a map", 0),
    ROWS(a_head, "a head", 0),
    ROWS(rows_of_values, "rows of values", 1),
    ROWS(rows_of_json, "rows of JSON", 1),
    ROWS(rows_of_a_tree, "rows of a tree", 1),
    ROWS(an_update, "an update", 1),
    ROWS(an_update_of_json, "an update of JSON", 1),
    ROWS(a_delete, "a delete", 1),
    ROWS(a_put, "a put", 1),
    ROWS(a_body, "a body", 1),
    ROWS(a_borrowed_body, "a borrowed body", 1),
    ROWS(a_body_from, "a body from a function", 1),
    ROWS(a_call, "a call", 1),
    ROWS(a_call_by_get, "a call by GET", 0),
    ROWS(a_call_of_json, "a call of JSON", 1),
    ROWS(a_copy, "a copy", 0),
    ROWS(a_copy_of_rows, "a copy of rows", 1),
    ROWS(of_a_template, "of a template", 0),
};

const struct scenarios sweep_queries = SCENARIOS("queries", all);
