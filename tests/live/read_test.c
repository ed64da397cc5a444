/* SPDX-License-Identifier: MIT */
/* What comes back of a read, and in which form. */
#include "live/ask.h"
#include "live/second.h"
#include "live/stack.h"
#include "main.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IS(text, want)  CU_ASSERT_STRING_EQUAL(text, want)
#define HAS(text, part) CU_ASSERT_PTR_NOT_NULL(strstr(text, part))

static supa_query *shapes(const char *columns)
{
    return supa_order(supa_select(ask_from("shapes"), columns), "id", 0);
}

static supa_query *first_shape(const char *columns)
{
    return supa_single(supa_eq(shapes(columns), "id", supa_int(1)));
}

static supa_query *order_of(const char *number, const char *columns)
{
    return supa_single(
        supa_eq(supa_select(ask_from("sales_orders"), columns), "order_number", supa_text(number)));
}

/* row: client-new  row: from  row: select */
static void columns_are_chosen(void)
{
    ask(first_shape("id, name,\n flag"));
    IS(ask_body(), "{\"id\":1,\"name\":\"one\",\"flag\":true}");
    ask(first_shape("number:id,name"));
    IS(ask_body(), "{\"number\":1,\"name\":\"one\"}");
    ask(first_shape("*"));
    CU_ASSERT_EQUAL(supa_row_columns(supa_response_first(ask_answer())), 10);
    ask(supa_single(supa_eq(ask_from("shapes"), "id", supa_int(1))));
    CU_ASSERT_EQUAL(supa_row_columns(supa_response_first(ask_answer())), 10);
    CU_ASSERT_TRUE(ask_refused(shapes("")));
    CU_ASSERT_TRUE(ask_refused(shapes("id,(name")));
    CU_ASSERT_TRUE(ask_refused(ask_from(" ")) || strcmp(ask_state(), "42P01") == 0);
}

/* row: cast  row: json-path-select */
static void casts_and_json_paths(void)
{
    ask(first_shape("id::text,data->>kind,size:data->size,data->at->>x,tag:data->tags->0"));
    IS(ask_body(), "{\"id\":\"1\",\"kind\":\"ring\",\"size\":1,\"x\":\"1\",\"tag\":\"a\"}");
    ask(supa_single(
        supa_eq(shapes("data->>\"a.b\",said:data->>\"say \\\"x\\\"\""), "id", supa_int(2))));
    IS(ask_body(), "{\"a.b\":\"dotted\",\"said\":\"quoted\"}");
}

/* row: embed-shapes */
static void others_are_embedded(void)
{
    supa_row row, item = {NULL, 0}, product = {NULL, 0}, customer = {NULL, 0};
    size_t count = 0;

    row = ask(order_of(
        "T1-1003", "order_number,buyer:customers(email),lines:sales_order_items(quantity,products("
                   "slug,price))"));
    CU_ASSERT_EQUAL(supa_row_row(row, "buyer", &customer), SUPA_FIELD_VALUE);
    CU_ASSERT_TRUE(stack_text_is(customer, "email", "o'brien+tulip@mail.example"));
    CU_ASSERT_EQUAL(supa_row_rows(row, "lines", &item, &count), SUPA_FIELD_VALUE);
    CU_ASSERT_EQUAL(count, 2);
    CU_ASSERT_EQUAL(supa_row_row(item, "products", &product), SUPA_FIELD_VALUE);
    CU_ASSERT_TRUE(stack_text_is(product, "slug", "seed-set"));
    row = ask(order_of("T1-1004", "order_number,customers(email)"));
    CU_ASSERT_EQUAL(supa_row_row(row, "customers", &customer), SUPA_FIELD_NULL);
    ask(supa_select(ask_from("sales_orders"), "order_number,customers!inner(email)"));
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 3);
    ask(supa_select(
        ask_from("sales_orders"), "order_number,customers!sales_orders_customer_id_fkey(email)"));
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 4);
    ask(supa_single(supa_eq(
        supa_select(ask_from("notes"), "slug,about:shapes!about(name),other:shapes!instead(name)"),
        "id", supa_int(1))));
    IS(ask_body(),
       "{\"slug\":\"first\",\"about\":{\"name\": \"one\"},\"other\":{\"name\": \"two\"}}");
}

/* row: spread-to-one  row: spread-to-many */
static void embedded_rows_are_spread(void)
{
    ask(order_of("T1-1001", "order_number,...customers(email,name:first_name)"));
    IS(ask_body(),
       "{\"order_number\":\"T1-1001\",\"email\":\"first@tulip.example\",\"name\":\"Noor\"}");
    ask(supa_select(ask_from("sales_orders"), "order_number,...sales_order_items(quantity)"));
    IS(ask_state(), "PGRST119");
}

/* row: aggregates */
static void rows_are_aggregated(void)
{
    ask(supa_select(
        ask_from("sales_order_items"),
        "product_sku,quantity.sum(),top:quantity.max(),quantity.avg()::int,count()"));
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 2);
    HAS(ask_body(), "{\"product_sku\":\"T1-007\",\"sum\":10,\"top\":4,\"avg\":3,\"count\":4}");
    ask(supa_single(supa_select(ask_from("shapes"), "count()")));
    IS(ask_body(), "{\"count\":5}");
    second_start("db-aggregates-enabled = false\nserver-timing-enabled = true\n");
}

static supa_query *on_second(supa_client **client, const char *relation)
{
    *client = second_client();
    return supa_from(*client, relation);
}

/* row: server-timing  The server of the test before. */
static void what_the_server_does_not_allow_is_told(void)
{
    supa_client *client;

    ask(supa_select(on_second(&client, "shapes"), "count()"));
    IS(ask_state(), "PGRST123");
    ask(supa_select(supa_from(client, "shapes"), "id"));
    HAS(ask_header("Server-Timing"), "dur=");
    supa_client_unref(client);
    second_stop();
}

/* row: select-count  row: select-head */
static void rows_are_counted(void)
{
    ask(supa_limit(supa_count(shapes("id"), SUPA_COUNT_EXACT), 2));
    CU_ASSERT_EQUAL(supa_response_count(ask_answer()), 5);
    CU_ASSERT_EQUAL(ask_status(), 206);
    CU_ASSERT_EQUAL(supa_response_truncated(ask_answer()), SUPA_TRUNCATED_YES);
    ask(supa_count(shapes("id"), SUPA_COUNT_EXACT));
    CU_ASSERT_EQUAL(ask_status(), 200);
    CU_ASSERT_EQUAL(supa_response_truncated(ask_answer()), SUPA_TRUNCATED_NO);
    ask(supa_count(shapes("id"), SUPA_COUNT_PLANNED));
    CU_ASSERT_TRUE(supa_response_count(ask_answer()) > 0);
    ask(supa_count(shapes("id"), SUPA_COUNT_ESTIMATED));
    CU_ASSERT_EQUAL(supa_response_count(ask_answer()), 5);
    ask(shapes("id"));
    CU_ASSERT_EQUAL(supa_response_count(ask_answer()), -1);
    ask(supa_head(supa_count(supa_gt(shapes("id"), "id", supa_int(2)), SUPA_COUNT_EXACT)));
    CU_ASSERT_EQUAL(supa_response_count(ask_answer()), 3);
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 0);
    IS(ask_body(), "");
}

/* row: head-errors */
static void a_head_that_fails_has_failed(void)
{
    ask(supa_head(ask_from("nowhere")));
    CU_ASSERT_FALSE(supa_response_ok(ask_answer()));
    CU_ASSERT_EQUAL(ask_status(), 404);
    IS(ask_state(), "");
    ask(supa_head_reason(supa_head(ask_from("nowhere"))));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_DATABASE);
    IS(ask_state(), "42P01");
    ask(supa_head_reason(supa_head(supa_eq(ask_from("shapes"), "nothing", supa_int(1)))));
    IS(ask_state(), "42703");
    ask(supa_head_reason(supa_head(ask_from("shapes"))));
    CU_ASSERT_TRUE(supa_response_ok(ask_answer()));
}

/* row: order  row: order-to-one  row: json-path-order  row: order-embedded */
static void rows_are_ordered(void)
{
    supa_row row, item = {NULL, 0};
    size_t count = 0;

    IS(ask_ids(supa_order(supa_select(ask_from("shapes"), "id"), "id", SUPA_DESC)), "5 4 3 2 1");
    IS(ask_ids(supa_order(
           supa_order(supa_select(ask_from("shapes"), "id"), "flag", SUPA_DESC | SUPA_NULLS_LAST),
           "name", SUPA_ASC)),
       "5 1 2 4 3");
    IS(ask_ids(supa_order(
           supa_order(supa_select(ask_from("shapes"), "id"), "flag", SUPA_NULLS_FIRST), "id",
           SUPA_DESC)),
       "4 3 2 5 1");
    IS(ask_ids(supa_order(
           supa_is(supa_select(ask_from("shapes"), "id"), "data->>kind", SUPA_IS_NOT_NULL),
           "data->>kind", SUPA_ASC)),
       "2 1");
    IS(ask_column(
           supa_order(
               supa_order(
                   supa_select(ask_from("sales_orders"), "order_number,customers(email)"),
                   "customers(email)", SUPA_DESC | SUPA_NULLS_LAST),
               "order_number", SUPA_ASC),
           "order_number"),
       "\"T1-1003\" \"T1-1001\" \"T1-1002\" \"T1-1004\"");
    row = ask(supa_order_on(
        order_of("T1-1003", "sales_order_items(quantity)"), "sales_order_items", "quantity",
        SUPA_DESC));
    CU_ASSERT_EQUAL(supa_row_rows(row, "sales_order_items", &item, &count), SUPA_FIELD_VALUE);
    CU_ASSERT_TRUE(stack_decimal_is(item, "quantity", "3"));
}

/* row: limit  row: limit-embedded  row: range  row: range-embedded  row: range-header */
static void rows_are_paged(void)
{
    supa_row row, item = {NULL, 0};
    size_t count = 0;

    IS(ask_ids(supa_limit(shapes("id"), 2)), "1 2");
    CU_ASSERT_EQUAL(supa_response_truncated(ask_answer()), SUPA_TRUNCATED_UNKNOWN);
    IS(ask_ids(supa_limit(shapes("id"), 0)), "");
    IS(ask_ids(supa_range(shapes("id"), 1, 3)), "2 3 4");
    IS(ask_ids(supa_range(shapes("id"), 40, 50)), "");
    IS(ask_header("Content-Range"), "*/*");
    IS(ask_ids(supa_count(supa_range(shapes("id"), 40, 50), SUPA_COUNT_EXACT)), "PGRST103");
    CU_ASSERT_EQUAL(ask_status(), 416);
    row = ask(supa_limit_on(
        supa_order_on(
            order_of("T1-1003", "i:sales_order_items(quantity)"), "i", "quantity", SUPA_ASC),
        "i", 1));
    CU_ASSERT_EQUAL(supa_row_rows(row, "i", &item, &count), SUPA_FIELD_VALUE);
    CU_ASSERT_EQUAL(count, 1);
    CU_ASSERT_TRUE(stack_decimal_is(item, "quantity", "1"));
    row = ask(supa_range_on(
        supa_order_on(
            order_of("T1-1003", "i:sales_order_items(quantity)"), "i", "quantity", SUPA_ASC),
        "i", 1, 5));
    CU_ASSERT_EQUAL(supa_row_rows(row, "i", &item, &count), SUPA_FIELD_VALUE);
    CU_ASSERT_TRUE(stack_decimal_is(item, "quantity", "3"));
    CU_ASSERT_TRUE(ask_refused(supa_header(shapes("id"), "Range", "0-1")));
    CU_ASSERT_TRUE(ask_refused(supa_limit(shapes("id"), -1)));
}

/* A server's own limit cuts rows off and says nothing; the count tells. */
static void the_servers_limit_is_told(void)
{
    supa_client *client;

    second_start("db-max-rows = 2\n");
    ask(supa_select(on_second(&client, "shapes"), "id"));
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 2);
    CU_ASSERT_EQUAL(supa_response_truncated(ask_answer()), SUPA_TRUNCATED_UNKNOWN);
    ask(supa_count(supa_select(supa_from(client, "shapes"), "id"), SUPA_COUNT_EXACT));
    CU_ASSERT_EQUAL(supa_response_truncated(ask_answer()), SUPA_TRUNCATED_YES);
    CU_ASSERT_EQUAL(supa_response_count(ask_answer()), 5);
    supa_client_unref(client);
    second_stop();
}

/* row: single  row: maybe-single */
static void one_row_or_none(void)
{
    ask(supa_single(supa_eq(shapes("id"), "id", supa_int(99))));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_NO_ROWS);
    IS(ask_state(), "PGRST116");
    ask(supa_single(shapes("id")));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_MANY_ROWS);
    IS(ask_ids(supa_maybe_single(supa_eq(shapes("id"), "id", supa_int(99)))), "");
    CU_ASSERT_TRUE(supa_response_ok(ask_answer()));
    IS(ask_ids(supa_maybe_single(supa_eq(shapes("id"), "id", supa_int(3)))), "3");
    ask(supa_maybe_single(shapes("id")));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_MANY_ROWS);
}

/* row: csv  row: geojson  row: custom-media */
static void other_forms(void)
{
    ask(supa_csv(supa_limit(shapes("id,name,flag"), 2)));
    IS(ask_body(), "id,name,flag\n1,one,t\n2,two,f");
    HAS(ask_header("Content-Type"), "text/csv");
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 0);
    ask(supa_accept(supa_order(ask_from("notes"), "id", 0), "application/vnd.shop.titles"));
    HAS(ask_body(), "First\nSecond\nThird\n");
    IS(ask_header("content-type"), "application/vnd.shop.titles");
    ask(supa_geojson(shapes("id")));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_DATABASE);
    IS(ask_state(), "42883");
    CU_ASSERT_EQUAL(ask_status(), 404);
    ask(supa_accept(shapes("id"), "application/vnd.nobody.makes"));
    IS(ask_state(), "PGRST107");
    CU_ASSERT_EQUAL(ask_status(), 415);
    CU_ASSERT_TRUE(ask_refused(supa_single(supa_csv(shapes("id")))));
}

/* row: strip-nulls  row: nulls-stripped */
static void nulls_are_left_out(void)
{
    ask(supa_strip_nulls(supa_gte(shapes("id,flag,document"), "id", supa_int(4))));
    IS(ask_body(), "[{\"id\":4},{\"id\":5,\"flag\":true,\"document\":\"\"}]");
    ask(supa_strip_nulls(supa_single(supa_eq(shapes("id,flag"), "id", supa_int(4)))));
    IS(ask_body(), "{\"id\":4}");
    CU_ASSERT_TRUE(ask_refused(supa_strip_nulls(supa_csv(shapes("id")))));
}

/* row: explain  row: explain-json */
static void plans_are_told(void)
{
    const int all = SUPA_EXPLAIN_ANALYZE | SUPA_EXPLAIN_VERBOSE | SUPA_EXPLAIN_SETTINGS |
                    SUPA_EXPLAIN_BUFFERS | SUPA_EXPLAIN_WAL;

    ask(supa_explain(shapes("id"), 0, SUPA_PLAN_TEXT));
    HAS(ask_body(), "Seq Scan on shapes");
    HAS(ask_header("Content-Type"), "application/vnd.pgrst.plan+text");
    ask(supa_explain(shapes("id"), all, SUPA_PLAN_TEXT));
    HAS(ask_body(), "actual time=");
    ask(supa_explain(supa_single(supa_eq(shapes("id"), "id", supa_int(1))), 0, SUPA_PLAN_JSON));
    HAS(ask_body(), "\"Total Cost\"");
    HAS(ask_header("Content-Type"), "application/vnd.pgrst.plan+json");
    ask(supa_explain(
        supa_rollback(supa_eq(supa_delete(ask_from("notes")), "id", supa_int(1))),
        SUPA_EXPLAIN_ANALYZE, SUPA_PLAN_TEXT));
    HAS(ask_body(), "Delete on notes");
    IS(ask_ids(supa_eq(supa_select(ask_from("notes"), "id"), "id", supa_int(1))), "1");
}

/* row: openapi  row: options */
static void the_api_describes_itself(void)
{
    ask_take(supa_openapi(ask_client()));
    CU_ASSERT_TRUE(supa_response_ok(ask_answer()));
    HAS(ask_body(), "\"swagger\":\"2.0\"");
    HAS(ask_body(), "\"/shapes\"");
    ask_take(supa_allow(ask_client(), "shapes"));
    CU_ASSERT_TRUE(supa_response_ok(ask_answer()));
    IS(ask_header("Allow"), "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE");
    ask_take(supa_allow(ask_client(), "nowhere"));
    CU_ASSERT_FALSE(supa_response_ok(ask_answer()));
}

/* row: content-location  row: timezone  row: prefer-strict  row: prefer-lenient */
static void preferences_are_applied(void)
{
    ask(supa_timezone(first_shape("seen_at"), "America/New_York"));
    IS(ask_body(), "{\"seen_at\":\"2025-01-01T07:00:00-05:00\"}");
    IS(ask_header("Preference-Applied"), "timezone=America/New_York");
    ask(supa_timezone(first_shape("seen_at"), "Nowhere/Never"));
    IS(ask_body(), "{\"seen_at\":\"2025-01-01T12:00:00+00:00\"}");
    ask(supa_strict(supa_timezone(first_shape("seen_at"), "Nowhere/Never")));
    IS(ask_state(), "PGRST122");
    ask(supa_strict(first_shape("id")));
    IS(ask_header("Preference-Applied"), "handling=strict");
    HAS(ask_header("Content-Location"), "/shapes?");
}

/* row: schema  row: set-header */
static void schemas_and_headers(void)
{
    supa_client *other = supa_client_with_schema(ask_client(), "public", NULL);

    IS(ask_ids(supa_select(supa_eq(supa_from(other, "shapes"), "id", supa_int(2)), "id")), "2");
    supa_client_unref(other);
    IS(ask_ids(supa_schema(shapes("id"), "nowhere")), "PGRST106");
    IS(ask_ids(supa_schema(supa_insert(ask_from("notes"), "{}"), "nowhere")), "PGRST106");
    IS(ask_ids(supa_header(supa_limit(shapes("id"), 1), "X-Request-Id", "read-test-4711")), "1");
    CU_ASSERT_TRUE(stack_requests("1", "read-test-4711") <= 1);
    CU_ASSERT_TRUE(ask_refused(supa_header(shapes("id"), "Prefer", "tx=commit")));
}

static int64_t cancel(void *user, void *out, size_t size)
{
    (void)user;
    (void)out;
    (void)size;
    return -1;
}

/* A server that takes connections and never says a word. */
static int silence(char *address, size_t size)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    socklen_t length = sizeof name;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&name, length) != 0 || listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&name, &length) != 0)
        CU_FAIL_FATAL("no socket");
    snprintf(address, size, "http://127.0.0.1:%d", ntohs(name.sin_port));
    return fd;
}

/* row: client-timeout  row: abort-signal  row: throw-on-error  row: retry  row: url-length
 * Failures are values; nothing is repeated; a call ends at its deadline or when it is cancelled. */
static void failures_are_values(void)
{
    supa_client_options options = stack_options("http://127.0.0.1:9", "key");
    supa_client *nobody = supa_client_new(&options, NULL), *narrow;
    supa_timings timings = {0};
    char address[64];
    supa_error error;
    int silent;

    CU_ASSERT_EQUAL(supa_exec(supa_from(nobody, "shapes"), &error), SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    supa_client_unref(nobody);
    silent = silence(address, sizeof address);
    options.url = address;
    options.timeout_ms = 200;
    nobody = supa_client_new(&options, NULL);
    ask(supa_from(nobody, "shapes"));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_TIMEOUT);
    ask(supa_timeout(supa_from(nobody, "shapes"), 50));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_TIMEOUT);
    supa_response_timings(ask_answer(), &timings);
    CU_ASSERT_EQUAL(timings.attempts, 1);
    supa_client_unref(nobody);
    close(silent);
    ask(supa_body_from(ask_from("notes"), "text/csv", cancel, NULL, -1));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_CANCELLED);
    options = stack_options(stack_tenant_value(1, "URL"), stack_tenant_value(1, "SERVICE_KEY"));
    options.max_url = 200;
    narrow = supa_client_new(&options, NULL);
    ask(supa_eq(
        supa_from(narrow, "shapes"), "document",
        supa_text("a text that is a little longer than what is left of two hundred bytes when "
                  "the name of the column, the table and the server have their places, in all")));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_URL_TOO_LONG);
    CU_ASSERT_EQUAL(supa_response_error(ask_answer())->outcome, SUPA_NOT_SENT);
    supa_client_unref(narrow);
}

CU_TestInfo read_tests[] = {
    {"columns are chosen, with aliases", columns_are_chosen},
    {"columns are cast, and taken out of JSON", casts_and_json_paths},
    {"other tables' rows are embedded, by hints and aliases", others_are_embedded},
    {"an embedded row is spread into its parent", embedded_rows_are_spread},
    {"rows are aggregated and grouped", rows_are_aggregated},
    {"what the server does not allow, and its timing, is told",
     what_the_server_does_not_allow_is_told},
    {"rows are counted, with and without them", rows_are_counted},
    {"a HEAD that fails has failed, and its reason can be had", a_head_that_fails_has_failed},
    {"rows are ordered, by JSON and by a to-one resource, too", rows_are_ordered},
    {"limits and ranges page, in embedded resources, too", rows_are_paged},
    {"the server's own limit is told by the count", the_servers_limit_is_told},
    {"one row, none and several are told apart", one_row_or_none},
    {"CSV, a media type of the database's own, GeoJSON without PostGIS", other_forms},
    {"nulls are left out", nulls_are_left_out},
    {"plans are told as text and JSON", plans_are_told},
    {"the API describes itself, and what may be done", the_api_describes_itself},
    {"time zone and strictness are applied", preferences_are_applied},
    {"schemas and headers are sent", schemas_and_headers},
    {"failures are values, and nothing is repeated", failures_are_values},
    {"all is given back", ask_end},
    CU_TEST_INFO_NULL,
};
