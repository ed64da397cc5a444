/* SPDX-License-Identifier: MIT */
#include <supa/query.h>

#include "query/operand.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct world world;

static supa_query *t(void)
{
    return supa_from(world.client, "t");
}

struct row {
    supa_query *q;
    const char *url; /* behind the prefix */
};

/* Sends the query and compares what went out. */
static void check(supa_query *q, const char *method, const char *url)
{
    const size_t prefix = strlen(WORLD_PREFIX);
    const size_t calls = world.calls;

    supa_response_free(supa_execute(q));
    CU_ASSERT_EQUAL(world.calls, calls + 1);
    CU_ASSERT(world_same(world.method, method));
    CU_ASSERT_EQUAL(strncmp(world.url, WORLD_PREFIX, prefix), 0);
    CU_ASSERT(world_same(world.url + prefix, url));
}

static void check_reads(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(rows[i].q, "GET", rows[i].url);
    world_end(&world);
}

static void a_relation_is_one_segment_of_the_path(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {t(), "t"},
            {supa_from(world.client, "my table"), "my%20table"},
            {supa_from(world.client, "t?id=eq.1"), "t%3Fid%3Deq.1"},
            {supa_from(world.client, "t#x&y"), "t%23x%26y"},
            {supa_from(world.client, "..."), "..."},
            {supa_from(world.client, "%2e%2e"), "%252e%252e"},
            {supa_from(world.client, "caf\xC3\xA9"), "caf%C3%A9"},
        };
        check_reads(rows, COUNT(rows));
    }
}

static void chooses_what_comes_back(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {supa_select(t(), "*"), "t?select=*"},
            {supa_select(t(), " id , name "), "t?select=id,name"},
            {supa_select(t(), "a:b::text,c(d)"), "t?select=a:b::text,c(d)"},
            {supa_select(t(), "x:c!fk!inner(d),...e(f)"), "t?select=x:c!fk!inner(d),...e(f)"},
            {supa_select(t(), "data->a->>b"), "t?select=data-%3Ea-%3E%3Eb"},
            {supa_select(t(), "\"a b\",n.sum()"), "t?select=%22a%20b%22,n.sum()"},
            {supa_select(t(), "id&limit=1#+%20"), "t?select=id%26limit%3D1%23%2B%2520"},
            {supa_select(supa_select(t(), "a"), "b"), "t?select=b"},
        };
        check_reads(rows, COUNT(rows));
    }
}

static void writes_each_operator(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const supa_value v = supa_int(7);
        const int64_t two[] = {1, 2};
        const struct row rows[] = {
            {supa_eq(t(), "a", v), "t?a=eq.7"},
            {supa_neq(t(), "a", v), "t?a=neq.7"},
            {supa_gt(t(), "a", v), "t?a=gt.7"},
            {supa_gte(t(), "a", v), "t?a=gte.7"},
            {supa_lt(t(), "a", v), "t?a=lt.7"},
            {supa_lte(t(), "a", v), "t?a=lte.7"},
            {supa_is(t(), "a", SUPA_IS_NULL), "t?a=is.null"},
            {supa_is(t(), "a", SUPA_IS_NOT_NULL), "t?a=not.is.null"},
            {supa_is(t(), "a", SUPA_IS_TRUE), "t?a=is.true"},
            {supa_is(t(), "a", SUPA_IS_FALSE), "t?a=is.false"},
            {supa_is(t(), "a", SUPA_IS_UNKNOWN), "t?a=is.unknown"},
            {supa_in(t(), "a", supa_ints(two, 2)), "t?a=in.(1,2)"},
            {supa_not_in(t(), "a", supa_ints(two, 2)), "t?a=not.in.(1,2)"},
            {supa_contains(t(), "a", supa_ints(two, 2)), "t?a=cs.%7B%221%22,%222%22%7D"},
            {supa_lt(supa_gt(t(), "a", v), "a", supa_int(9)), "t?a=gt.7&a=lt.9"},
        };
        check_reads(rows, COUNT(rows));
    }
}

static void writes_each_kind_of_value(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {supa_eq(t(), "a", supa_text("x")), "t?a=eq.x"},
            {supa_eq(t(), "a", supa_text("")), "t?a=eq."},
            {supa_eq(t(), "a", supa_text("null")), "t?a=eq.null"},
            {supa_eq(t(), "a", supa_text("\"q\" a,b)&c=d")), "t?a=eq.%22q%22%20a,b)%26c%3Dd"},
            {supa_eq(t(), "a", supa_text_n("xyz", 2)), "t?a=eq.xy"},
            {supa_eq(t(), "a", supa_text_n("xyz", 0)), "t?a=eq."},
            {supa_eq(t(), "a", supa_int(-1)), "t?a=eq.-1"},
            {supa_eq(t(), "a", supa_int(INT64_MIN)), "t?a=eq.-9223372036854775808"},
            {supa_eq(t(), "a", supa_uint(UINT64_MAX)), "t?a=eq.18446744073709551615"},
            {supa_eq(t(), "a", supa_decimal("19.99")), "t?a=eq.19.99"},
            {supa_eq(t(), "a", supa_decimal("-1e3")), "t?a=eq.-1e3"},
            {supa_eq(t(), "a", supa_decimal("1E+400")), "t?a=eq.1E%2B400"},
            {supa_eq(t(), "a", supa_bool(1)), "t?a=eq.true"},
            {supa_eq(t(), "a", supa_bool(0)), "t?a=eq.false"},
            {supa_eq(t(), "a", supa_bool(-256)), "t?a=eq.true"},
            {supa_eq(t(), "a", supa_json("{\"k\": [1]}")), "t?a=eq.%7B%22k%22:%20%5B1%5D%7D"},
            {supa_contains(t(), "a", supa_json("[1]")), "t?a=cs.%5B1%5D"},
            {supa_contains(t(), "a", supa_text("[1,3)")), "t?a=cs.%5B1,3)"},
        };
        check_reads(rows, COUNT(rows));
    }
}

static void null_compares_with_is(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {supa_eq(t(), "a", supa_null()), "t?a=is.null"},
            {supa_neq(t(), "a", supa_null()), "t?a=not.is.null"},
            {supa_eq(t(), "b.a->>k", supa_null()), "t?b.a-%3E%3Ek=is.null"},
        };
        check_reads(rows, COUNT(rows));
    }
}

static void doubles_have_the_fewest_digits(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {supa_eq(t(), "a", supa_real(0.1)), "t?a=eq.0.1"},
            {supa_eq(t(), "a", supa_real(19.99)), "t?a=eq.19.99"},
            {supa_eq(t(), "a", supa_real(1)), "t?a=eq.1"},
            {supa_eq(t(), "a", supa_real(-0.0)), "t?a=eq.-0"},
            {supa_eq(t(), "a", supa_real(1e22)), "t?a=eq.1e%2B22"},
            {supa_eq(t(), "a", supa_real(-1.5e-7)), "t?a=eq.-1.5e-07"},
            {supa_eq(t(), "a", supa_real(0.1 + 0.2)), "t?a=eq.0.30000000000000004"},
            {supa_eq(t(), "a", supa_real(1.0 / 3)), "t?a=eq.0.3333333333333333"},
            {supa_eq(t(), "a", supa_real(DBL_MAX)), "t?a=eq.1.7976931348623157e%2B308"},
            {supa_eq(t(), "a", supa_real(DBL_MIN)), "t?a=eq.2.2250738585072014e-308"},
            {supa_eq(t(), "a", supa_real(5e-324)), "t?a=eq.5e-324"},
            {supa_eq(t(), "a", supa_real((double)INFINITY)), "t?a=eq.Infinity"},
            {supa_eq(t(), "a", supa_real(-(double)INFINITY)), "t?a=eq.-Infinity"},
            {supa_eq(t(), "a", supa_real((double)NAN)), "t?a=eq.NaN"},
        };
        check_reads(rows, COUNT(rows));
    }
}

/* Where the machine has a locale with another decimal point. */
static void doubles_are_alike_in_every_locale(void)
{
    static const char *const names[] = {"C", "de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8"};
    char before[64], text[REAL_MAX];

    snprintf(before, sizeof before, "%s", setlocale(LC_NUMERIC, NULL));
    for (size_t i = 0; i < COUNT(names); i++) {
        if (setlocale(LC_NUMERIC, names[i]) == NULL)
            continue;
        CU_ASSERT_EQUAL(operand_real(1234567.25, text), 10);
        CU_ASSERT(world_same(text, "1234567.25"));
        CU_ASSERT_EQUAL(operand_real(1.5e-300, text), 8);
        CU_ASSERT(world_same(text, "1.5e-300"));
    }
    setlocale(LC_NUMERIC, before);
}

static void every_double_reads_back_the_same(void)
{
    uint64_t bits = 88172645463325252U;
    size_t wrong = 0;

    for (size_t i = 0; i < 50000; i++) {
        char text[REAL_MAX];
        double number;

        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&number, &bits, sizeof number);
        if (!isfinite(number))
            continue;
        wrong += operand_real(number, text) != strlen(text);
        wrong += strtod(text, NULL) != number; /* in the test's locale, C */
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void lists_quote_what_needs_it(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const char *const texts[] = {"a", "b c", "d,e", "f)", "g\"h", "i\\j", "", "null"};
        const char *const empty[] = {""}, *const empties[] = {"", ""};
        const int64_t ints[] = {-1, INT64_MAX};
        const double reals[] = {0.5, 1e22};
        const supa_value mixed[] = {supa_int(1),          supa_text("x.y"), supa_bool(1),
                                    supa_decimal("2.50"), supa_uint(3),     supa_json("{}")};
        const struct row rows[] = {
            {supa_in(t(), "a", supa_texts(texts, 8)),
             "t?a=in.(a,%22b%20c%22,%22d,e%22,%22f)%22,%22g%5C%22h%22,%22i%5C%5Cj%22,%22%22,null)"},
            {supa_in(t(), "a", supa_texts(empty, 1)), "t?a=in.(%22%22,%22%22)"},
            {supa_in(t(), "a", supa_texts(empties, 2)), "t?a=in.(%22%22,%22%22)"},
            {supa_not_in(t(), "a", supa_texts(empty, 1)), "t?a=not.in.(%22%22,%22%22)"},
            {supa_in(t(), "a", supa_ints(ints, 2)), "t?a=in.(-1,9223372036854775807)"},
            {supa_in(t(), "a", supa_reals(reals, 2)), "t?a=in.(%220.5%22,%221e%2B22%22)"},
            {supa_in(t(), "a", supa_values(mixed, 6)),
             "t?a=in.(1,%22x.y%22,true,%222.50%22,3,%22%7B%7D%22)"},
            {supa_in(t(), "a", supa_texts(NULL, 0)), "t?a=in.()"},
            {supa_in(t(), "a", supa_ints(NULL, 0)), "t?a=in.()"},
            {supa_in(t(), "a", supa_values(NULL, 0)), "t?a=in.()"},
            {supa_not_in(t(), "a", supa_reals(NULL, 0)), "t?a=not.in.()"},
        };
        check_reads(rows, COUNT(rows));
    }
}

static void arrays_quote_all_but_null(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const char *const texts[] = {"x,y", "NULL", "", "\"", "\\"};
        const supa_value values[] = {supa_null(), supa_text("a"), supa_int(1)};
        const struct row rows[] = {
            {supa_contains(t(), "a", supa_texts(texts, 5)),
             "t?a=cs.%7B%22x,y%22,%22NULL%22,%22%22,%22%5C%22%22,%22%5C%5C%22%7D"},
            {supa_contains(t(), "a", supa_values(values, 3)), "t?a=cs.%7BNULL,%22a%22,%221%22%7D"},
            {supa_contains(t(), "a", supa_texts(NULL, 0)), "t?a=cs.%7B%7D"},
        };
        check_reads(rows, COUNT(rows));
    }
}

static void columns_reach_into_embeds_and_json(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const supa_value v = supa_int(1);
        const struct row rows[] = {
            {supa_eq(t(), "customer.city", v), "t?customer.city=eq.1"},
            {supa_eq(t(), "data->>kind", v), "t?data-%3E%3Ekind=eq.1"},
            {supa_eq(t(), "order", v), "t?%22order%22=eq.1"},
            {supa_eq(t(), "customer.limit", v), "t?customer.%22limit%22=eq.1"},
            {supa_eq(t(), "sel\"ect", v), "t?%22sel%5C%22ect%22=eq.1"},
            {supa_eq(t(), "a=eq.2&b", v), "t?%22a%3Deq%22.%222%26b%22=eq.1"},
            {supa_eq(t(), "or", v), "t?%22or%22=eq.1"},
        };
        check_reads(rows, COUNT(rows));
    }
}

static void orders_and_pages(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {supa_order(t(), "a", 0), "t?order=a.asc"},
            {supa_order(t(), "a", SUPA_ASC), "t?order=a.asc"},
            {supa_order(t(), "a", SUPA_DESC), "t?order=a.desc"},
            {supa_order(t(), "a", SUPA_NULLS_FIRST), "t?order=a.asc.nullsfirst"},
            {supa_order(t(), "a", SUPA_DESC | SUPA_NULLS_LAST), "t?order=a.desc.nullslast"},
            {supa_order(supa_order(t(), "b", SUPA_DESC), "a", 0), "t?order=b.desc,a.asc"},
            {supa_order(t(), "data->>k", 0), "t?order=data-%3E%3Ek.asc"},
            {supa_order(t(), "a.desc,b", 0), "t?order=%22a.desc,b%22.asc"},
            {supa_limit(t(), 0), "t?limit=0"},
            {supa_limit(t(), INT64_MAX), "t?limit=9223372036854775807"},
            {supa_limit(supa_limit(t(), 5), 6), "t?limit=6"},
            {supa_range(t(), 0, 0), "t?offset=0&limit=1"},
            {supa_range(t(), 20, 29), "t?offset=20&limit=10"},
            {supa_range(t(), 0, INT64_MAX - 1), "t?offset=0&limit=9223372036854775807"},
            {supa_range(supa_limit(t(), 5), 1, 2), "t?offset=1&limit=2"},
            {supa_limit(supa_range(t(), 1, 2), 5), "t?offset=1&limit=5"},
        };
        check_reads(rows, COUNT(rows));
    }
}

static void the_parts_stand_in_one_order(void)
{
    supa_query *q;

    world_start(&world, SUPA_SIDE_NONE);
    q = t();
    supa_range(q, 0, 24);
    supa_order(q, "price", SUPA_DESC);
    supa_eq(q, "status", supa_text("active"));
    supa_gte(q, "price", supa_decimal("10"));
    supa_select(q, "id,price");
    check(
        q, "GET",
        "t?select=id,price&status=eq.active&price=gte.10&order=price.desc&offset=0&limit=25");
    world_end(&world);
}

static void one_row_is_asked_for_by_the_header(void)
{
    static const char list[] = "Accept: application/json";
    static const char object[] = "Accept: application/vnd.pgrst.object+json";

    world_start(&world, SUPA_SIDE_NONE);
    check(t(), "GET", "t");
    CU_ASSERT(world_sent(&world, list));
    check(supa_single(t()), "GET", "t");
    CU_ASSERT(world_sent(&world, object) && !world_sent(&world, list));
    check(supa_maybe_single(t()), "GET", "t?limit=2");
    CU_ASSERT(world_sent(&world, list));
    check(supa_maybe_single(supa_limit(t(), 1)), "GET", "t?limit=1");
    check(supa_maybe_single(supa_limit(t(), 9)), "GET", "t?limit=2");
    check(supa_maybe_single(supa_range(t(), 3, 9)), "GET", "t?offset=3&limit=2");
    check(supa_maybe_single(supa_single(t())), "GET", "t?limit=2");
    check(supa_single(supa_insert(t(), "{}")), "POST", "t");
    CU_ASSERT(world_sent(&world, object));
    check(supa_maybe_single(supa_insert(t(), "{}")), "POST", "t");
    CU_ASSERT(world_sent(&world, object));
    check(supa_maybe_single(supa_all_rows(supa_delete(t()))), "DELETE", "t");
    CU_ASSERT(world_sent(&world, object));
    world_end(&world);
}

static void inserts_send_the_rows_as_they_are(void)
{
    static const char *const bodies[] = {
        "{}",
        "[]",
        "{\"a\":1}",
        " [ {\"a\" : 1.50} , {} ] ",
        "{\"a\":12345678901234567890.10}",
        "{\"a\":{\"b\":[null,\"\\u0041\"]}}"};

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(bodies); i++) {
        check(supa_insert(t(), bodies[i]), "POST", i == 3 ? "t?columns=%22a%22" : "t");
        CU_ASSERT(world.has_body && world_same(world.body, bodies[i]));
        CU_ASSERT(world_sent(&world, "Content-Type: application/json"));
        CU_ASSERT(world_sent(&world, "Accept: application/json"));
        CU_ASSERT_PTR_NULL(strstr(world.headers, "Prefer:"));
    }
    check(supa_select(supa_insert(t(), "{}"), "id"), "POST", "t?select=id");
    CU_ASSERT(world_sent(&world, "Prefer: return=representation"));
    check(supa_single(supa_insert(t(), "{}")), "POST", "t");
    CU_ASSERT(world_sent(&world, "Prefer: return=representation"));
    world_end(&world);
}

static void deletes_send_their_filters(void)
{
    const int64_t ids[] = {1, 2};

    world_start(&world, SUPA_SIDE_NONE);
    check(supa_eq(supa_delete(t()), "id", supa_int(1)), "DELETE", "t?id=eq.1");
    CU_ASSERT_FALSE(world.has_body);
    CU_ASSERT(world_sent(&world, "Content-Type: application/json"));
    CU_ASSERT_PTR_NULL(strstr(world.headers, "Prefer:"));
    check(supa_delete(supa_eq(t(), "id", supa_int(1))), "DELETE", "t?id=eq.1");
    check(supa_in(supa_delete(t()), "id", supa_ints(ids, 2)), "DELETE", "t?id=in.(1,2)");
    check(supa_in(supa_delete(t()), "id", supa_ints(NULL, 0)), "DELETE", "t?id=in.()");
    check(supa_not_in(supa_delete(t()), "id", supa_ints(ids, 2)), "DELETE", "t?id=not.in.(1,2)");
    check(supa_all_rows(supa_delete(t())), "DELETE", "t");
    check(supa_eq(supa_delete(t()), "d->>k.x", supa_int(1)), "DELETE", "t?d-%3E%3E%22k.x%22=eq.1");
    check(
        supa_select(supa_eq(supa_delete(t()), "id", supa_int(1)), "id"), "DELETE",
        "t?select=id&id=eq.1");
    CU_ASSERT(world_sent(&world, "Prefer: return=representation"));
    world_end(&world);
}

static void the_schema_goes_into_the_profile(void)
{
    supa_client_options options = world_options();

    options.schema = "shop";
    options.rest_path = NULL;
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(world.client);
    supa_response_free(supa_execute(t()));
    CU_ASSERT(world_same(world.url, WORLD_URL "/t"));
    CU_ASSERT(world_sent(&world, "Accept-Profile: shop"));
    CU_ASSERT_PTR_NULL(strstr(world.headers, "Content-Profile"));
    supa_response_free(supa_execute(supa_insert(t(), "{}")));
    CU_ASSERT(world_sent(&world, "Content-Profile: shop"));
    CU_ASSERT_PTR_NULL(strstr(world.headers, "Accept-Profile"));
    supa_response_free(supa_execute(supa_all_rows(supa_delete(t()))));
    CU_ASSERT(world_sent(&world, "Content-Profile: shop"));
    world_end(&world);
}

/* The query ends in this code, says each of the words, and nothing goes out. */
static void refused(supa_query *q, supa_code code, const char *words)
{
    const size_t calls = world.calls;
    supa_error error;

    CU_ASSERT_EQUAL(supa_exec(q, &error), (int)code);
    CU_ASSERT_EQUAL(error.code, code);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(error.retryable, 0);
    CU_ASSERT(world_holds(error.message, words));
    CU_ASSERT_EQUAL(world.calls, calls);
}

struct mistake {
    supa_query *q;
    const char *words;
};

static void check_mistakes(const struct mistake *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        refused(rows[i].q, SUPA_ERROR_ARGUMENT, rows[i].words);
    world_end(&world);
}

static void names_of_relations_are_checked(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct mistake rows[] = {
            {supa_from(NULL, "t"), "supa_from: the client is NULL"},
            {supa_from(NULL, NULL), "supa_from: the client is NULL"},
            {supa_from(world.client, NULL), "supa_from: the name is NULL"},
            {supa_from(world.client, ""), "supa_from(\"\"): the name is empty"},
            {supa_from(world.client, "a/b"), "supa_from(\"a/b\"): the name contains a slash"},
            {supa_from(world.client, "../t"), "slash"},
            {supa_from(world.client, ".."), "dots"},
            {supa_from(world.client, "."), "dots"},
            {supa_from(world.client, "a\nb"), "supa_from(\"a b\"): the name contains a control"},
            {supa_from(world.client, "\xFF"), "UTF-8"},
            {supa_from(world.client, "a" WORLD_KEY), "the name contains the client's key"},
            {supa_limit(supa_from(world.client, WORLD_KEY "?"), 1), "supa_from(\"[hidden]?\")"},
        };
        check_mistakes(rows, COUNT(rows));
    }
}

static void columns_and_selections_are_checked(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const supa_value v = supa_int(1);
        const struct mistake rows[] = {
            {supa_eq(t(), NULL, v), "supa_eq: the column is NULL"},
            {supa_neq(t(), "", v), "supa_neq(\"\"): the column is empty"},
            {supa_gt(t(), "a.", v), "supa_gt(\"a.\"): a part"},
            {supa_gte(t(), ".a", v), "supa_gte(\".a\"): a part"},
            {supa_lt(t(), "a\n", v), "supa_lt(\"a \"): the column contains a control"},
            {supa_lte(t(), "a\xFF", v), "UTF-8"},
            {supa_is(t(), "\"a\"b", SUPA_IS_NULL), "supa_is(\"\"a\"b\"): something follows"},
            {supa_is(t(), NULL, SUPA_IS_NULL), "supa_is: the column is NULL"},
            {supa_is(t(), "a", (supa_is_what)5), "supa_is(\"a\"): it can be null, true"},
            {supa_is(t(), "a", (supa_is_what)-1), "supa_is(\"a\"): it can be null, true"},
            {supa_in(t(), "->a", supa_ints(NULL, 0)), "supa_in(\"->a\"): a part"},
            {supa_not_in(t(), "a->", supa_ints(NULL, 0)), "supa_not_in(\"a->\"): a part"},
            {supa_contains(t(), NULL, supa_json("{}")), "supa_contains: the column is NULL"},
            {supa_order(t(), NULL, 0), "supa_order: the column is NULL"},
            {supa_order(t(), "", 0), "supa_order(\"\"): the column is empty"},
            {supa_order(t(), "a", SUPA_ASC | SUPA_DESC), "supa_order(\"a\"): the flags"},
            {supa_order(t(), "a", SUPA_NULLS_FIRST | SUPA_NULLS_LAST), "the flags"},
            {supa_order(t(), "a", 16), "the flags"},
            {supa_order(t(), "a", -1), "the flags"},
            {supa_eq(t(), WORLD_KEY ".", v), "supa_eq(\"[hidden].\"): a part"},
            {supa_limit(t(), -1), "supa_limit: the limit is negative"},
            {supa_range(t(), -1, 5), "supa_range: the range"},
            {supa_range(t(), 5, 4), "supa_range: the range"},
            {supa_range(t(), 0, INT64_MAX), "supa_range: the range"},
            {supa_select(t(), NULL), "supa_select: it is NULL"},
            {supa_select(t(), ""), "supa_select(\"\"): it is empty"},
            {supa_select(t(), "a(b"), "supa_select(\"a(b\"): a parenthesis is not closed"},
        };
        check_mistakes(rows, COUNT(rows));
    }
}

static void values_are_checked(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const supa_value none = {0, 0, 0, {NULL}}, unknown = {13, 0, 0, {NULL}};
        const int64_t one = 1;
        const supa_value list = supa_ints(&one, 1);
        const struct mistake rows[] = {
            {supa_eq(t(), "a", supa_text(NULL)), "supa_eq(\"a\"): the text is NULL"},
            {supa_eq(t(), "a", supa_text_n(NULL, 0)), "the text is NULL"},
            {supa_eq(t(), "a", supa_text_n("x\0y", 3)), "a NUL character"},
            {supa_eq(t(), "a", supa_text("\xFF")), "UTF-8"},
            {supa_eq(t(), "a", supa_text_n("\xC3\xA9", 1)), "UTF-8"},
            {supa_eq(t(), "a", supa_decimal(NULL)), "not a decimal number"},
            {supa_eq(t(), "a", supa_decimal("")), "not a decimal number"},
            {supa_eq(t(), "a", supa_decimal("1,5")), "not a decimal number"},
            {supa_eq(t(), "a", supa_decimal("1 or 1=1")), "not a decimal number"},
            {supa_eq(t(), "a", supa_decimal(".5")), "not a decimal number"},
            {supa_eq(t(), "a", supa_decimal("NaN")), "not a decimal number"},
            {supa_eq(t(), "a", supa_json(NULL)), "the JSON text is NULL"},
            {supa_eq(t(), "a", supa_json("{a:1}")), "not valid JSON"},
            {supa_eq(t(), "a", none), "supa_eq(\"a\"): the value is of no kind"},
            {supa_eq(t(), "a", unknown), "the value is of no kind"},
            {supa_eq(t(), "a", list), "supa_in, supa_filter_any and supa_filter_all take lists"},
            {supa_gt(t(), "a", supa_null()), "nothing compares with null"},
            {supa_gte(t(), "a", supa_null()), "nothing compares with null"},
            {supa_lt(t(), "a", supa_null()), "nothing compares with null"},
            {supa_lte(t(), "a", supa_null()), "supa_lte(\"a\"): nothing compares with null"},
            {supa_in(t(), "a", supa_int(1)), "not a list"},
            {supa_in(t(), "a", supa_null()), "not a list"},
            {supa_in(t(), "a", supa_text("1,2")), "not a list"},
            {supa_contains(t(), "a", supa_int(1)), "supa_contains(\"a\"): the value is neither"},
            {supa_contains(t(), "a", supa_null()), "the value is neither"},
            {supa_contains(t(), "a", supa_bool(1)), "the value is neither"},
            {supa_contains(t(), "a", supa_decimal("1")), "the value is neither"},
        };
        check_mistakes(rows, COUNT(rows));
    }
}

static void elements_of_lists_are_checked(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const char *const texts[] = {"a", NULL}, *const broken[] = {"a", "\xFF"};
        const supa_value inner = supa_ints(NULL, 0), none = {0, 0, 0, {NULL}};
        const supa_value null_at[] = {supa_int(1), supa_null()};
        const struct mistake rows[] = {
            {supa_in(t(), "a", supa_texts(texts, 2)), "supa_in(\"a\"): the text is NULL"},
            {supa_in(t(), "a", supa_texts(broken, 2)), "UTF-8"},
            {supa_in(t(), "a", supa_texts(NULL, 2)), "the list is NULL but not empty"},
            {supa_in(t(), "a", supa_values(&inner, 1)), "a list inside of a list"},
            {supa_contains(t(), "a", supa_values(&inner, 1)), "a list inside of a list"},
            {supa_in(t(), "a", supa_values(&none, 1)), "the value is of no kind"},
            {supa_in(t(), "a", supa_values(null_at, 2)),
             "supa_in(\"a\"): the list contains a null"},
            {supa_not_in(t(), "a", supa_values(null_at, 2)),
             "supa_not_in(\"a\"): the list contains a null"},
        };
        check_mistakes(rows, COUNT(rows));
    }
}

static void rows_to_insert_are_checked(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct mistake rows[] = {
            {supa_insert(t(), NULL), "a write without rows"},
            {supa_insert(t(), ""), "not valid JSON"},
            {supa_insert(t(), "{"), "not valid JSON"},
            {supa_insert(t(), "{} {}"), "not valid JSON"},
            {supa_insert(t(), "{'a':1}"), "not valid JSON"},
            {supa_insert(t(), "1"), "neither a JSON object nor an array"},
            {supa_insert(t(), "\"{}\""), "neither a JSON object nor an array"},
            {supa_insert(t(), "null"), "neither a JSON object nor an array"},
            {supa_insert(t(), "[{},1]"), "not all JSON objects"},
            {supa_insert(t(), "[[{}]]"), "not all JSON objects"},
            {supa_insert(t(), "[null]"), "not all JSON objects"},
            {supa_insert(supa_insert(t(), "{}"), "{}"),
             "supa_insert: the query is a write or a function already"},
            {supa_delete(supa_insert(t(), "{}")),
             "supa_delete: the query is a write or a function already"},
            {supa_insert(supa_delete(t()), "{}"), "supa_insert: the query is a write"},
            {supa_delete(supa_delete(t())), "supa_delete: the query is a write"},
            {supa_eq(supa_insert(t(), "{}"), "a", supa_int(1)), "an insert with a filter"},
            {supa_limit(supa_insert(t(), "{}"), 1), "an insert with a filter"},
            {supa_range(supa_insert(t(), "{}"), 0, 1), "an insert with a filter"},
        };
        check_mistakes(rows, COUNT(rows));
    }
}

static void a_delete_must_be_restricted(void)
{
    const supa_value none = supa_ints(NULL, 0);

    world_start(&world, SUPA_SIDE_NONE);
    refused(supa_delete(t()), SUPA_ERROR_UNFILTERED, "an update or delete without a filter");
    refused(supa_select(supa_delete(t()), "*"), SUPA_ERROR_UNFILTERED, "without a filter");
    refused(
        supa_not_in(supa_delete(t()), "id", none), SUPA_ERROR_UNFILTERED,
        "a filter that is always true");
    refused(
        supa_not_in(supa_eq(supa_delete(t()), "a", supa_int(1)), "id", none), SUPA_ERROR_UNFILTERED,
        "a filter that is always true");
    refused(
        supa_not_in(supa_all_rows(supa_delete(t())), "id", none), SUPA_ERROR_UNFILTERED,
        "a filter that is always true");
    refused(
        supa_eq(supa_delete(t()), "b.a", supa_int(1)), SUPA_ERROR_ARGUMENT,
        "a filter on an embedded resource");
    refused(
        supa_eq(supa_eq(supa_delete(t()), "id", supa_int(1)), "\"b\".a", supa_int(1)),
        SUPA_ERROR_ARGUMENT, "a filter on an embedded resource");
    refused(
        supa_limit(supa_eq(supa_delete(t()), "id", supa_int(1)), 1), SUPA_ERROR_ARGUMENT,
        "a write with a limit");
    refused(
        supa_range(supa_all_rows(supa_delete(t())), 0, 0), SUPA_ERROR_ARGUMENT,
        "a write with a limit");
    world_end(&world);
}

static void the_first_mistake_wins(void)
{
    const supa_error *error;
    supa_query *q;

    world_start(&world, SUPA_SIDE_NONE);
    q = supa_gt(supa_eq(t(), "price", supa_text(NULL)), "", supa_int(1));
    supa_select(supa_insert(supa_delete(supa_limit(q, -1)), "x"), "(");
    supa_single(supa_maybe_single(supa_all_rows(supa_own_copy(supa_any_store(q)))));
    supa_range(supa_order(supa_is(q, NULL, (supa_is_what)9), NULL, 99), 2, 1);
    error = supa_query_error(q);
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT(world_holds(error->message, "supa_eq(\"price\"): the text is NULL"));
    refused(q, SUPA_ERROR_ARGUMENT, "supa_eq(\"price\"): the text is NULL");
    q = t();
    CU_ASSERT_PTR_NULL(supa_query_error(q));
    supa_query_free(q);
    world_end(&world);
}

static void a_mistake_names_the_relation_and_the_side(void)
{
    supa_error error;

    world_start(&world, SUPA_SIDE_TENANT);
    CU_ASSERT_EQUAL(
        supa_exec(supa_limit(supa_from(world.client, "products"), -1), &error),
        SUPA_ERROR_ARGUMENT);
    CU_ASSERT(world_same(error.relation, "products"));
    CU_ASSERT(world_same(error.store_id, WORLD_STORE));
    CU_ASSERT_EQUAL(error.side, SUPA_SIDE_TENANT);
    CU_ASSERT_EQUAL(
        supa_exec(supa_delete(supa_from(world.client, "products")), &error), SUPA_ERROR_UNFILTERED);
    CU_ASSERT(world_same(error.relation, "products"));
    CU_ASSERT(world_same(error.store_id, WORLD_STORE));
    world_end(&world);
}

static void a_null_query_is_a_mistake_that_goes_through(void)
{
    const supa_value v = supa_int(1);
    supa_query *q = NULL;
    char *text;

    q = supa_eq(supa_neq(supa_gt(supa_gte(q, "a", v), "a", v), "a", v), "a", v);
    CU_ASSERT_PTR_EQUAL(q, supa_select(NULL, "*"));
    CU_ASSERT_PTR_EQUAL(q, supa_insert(supa_delete(NULL), "{}"));
    CU_ASSERT_PTR_EQUAL(q, supa_in(supa_not_in(supa_contains(NULL, "a", v), "a", v), "a", v));
    CU_ASSERT_PTR_EQUAL(q, supa_lt(supa_lte(NULL, "a", v), "a", v));
    CU_ASSERT_PTR_EQUAL(q, supa_is(supa_is(NULL, "a", SUPA_IS_NULL), "a", (supa_is_what)9));
    CU_ASSERT_PTR_EQUAL(q, supa_order(supa_limit(supa_range(NULL, 0, 1), 1), NULL, 0));
    CU_ASSERT_PTR_EQUAL(q, supa_single(supa_maybe_single(supa_all_rows(NULL))));
    CU_ASSERT_PTR_EQUAL(q, supa_own_copy(supa_any_store(NULL)));
    refused(q, SUPA_ERROR_ARGUMENT, "the query is NULL");
    refused(NULL, SUPA_ERROR_ARGUMENT, "the query is NULL");
    CU_ASSERT_EQUAL(supa_exec(NULL, NULL), SUPA_ERROR_ARGUMENT);
    CU_ASSERT(world_same(supa_query_error(NULL)->message, "the query is NULL"));
    text = supa_query_describe(NULL);
    CU_ASSERT(world_same(text, "# not sent: the query is NULL\n"));
    supa_text_free(text);
    supa_query_free(NULL);
    supa_text_free(NULL);
}

static supa_query *of_length(size_t length)
{
    static char value[9000];

    memset(value, 'a', sizeof value);
    return supa_eq(t(), "a", supa_text_n(value, length - strlen(WORLD_PREFIX "t?a=eq.")));
}

static void the_url_has_a_limit(void)
{
    static const struct {
        int64_t max;
        size_t limit; /* 0: none */
    } rows[] = {{SUPA_MAX_URL_BY_HOST, 3500}, {100, 100}, {0, 0}, {-1, 0}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_client_options options = world_options();
        const size_t limit = rows[i].limit != 0 ? rows[i].limit : 9000;

        options.max_url = rows[i].max;
        world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(world.client);
        CU_ASSERT_EQUAL(supa_exec(of_length(limit), NULL), SUPA_OK);
        CU_ASSERT_EQUAL(strlen(world.url), limit);
        if (rows[i].limit != 0)
            refused(of_length(limit + 1), SUPA_ERROR_URL_TOO_LONG, "bytes, the limit is");
        world_end(&world);
    }
}

static void supabase_takes_longer_urls(void)
{
    static const struct {
        const char *url;
        size_t limit;
    } rows[] = {
        {"https://abc.supabase.co", 8000},
        {"https://ABC.SUPABASE.CO:443", 8000},
        {"https://supabase.co", 3500},
        {"https://evilsupabase.co", 3500},
        {"https://abc.supabase.co.evil.example", 3500}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_client_options options = world_options();

        options.url = rows[i].url;
        world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(world.client);
        CU_ASSERT_EQUAL(world.client->target.max_url, rows[i].limit);
        world_end(&world);
    }
}

static void a_query_owns_what_it_needs(void)
{
    char relation[] = "t", column[] = "abc", value[] = "xyz", columns[] = "id", body[] = "{}";
    supa_client *client;
    supa_query *q, *insert;

    world_start(&world, SUPA_SIDE_NONE);
    client = world.client;
    q = supa_select(supa_from(client, relation), columns);
    supa_order(supa_eq(q, column, supa_text(value)), column, 0);
    insert = supa_insert(supa_from(client, relation), body);
    relation[0] = column[0] = value[0] = columns[0] = body[0] = '!';
    world_end(&world);
    check(q, "GET", "t?select=id&abc=eq.xyz&order=abc.asc");
    check(insert, "POST", "t");
    CU_ASSERT(world_same(world.body, "{}"));
}

static void describing_leaves_the_query_as_it_is(void)
{
    supa_query *q;
    char *text;

    world_start(&world, SUPA_SIDE_TENANT);
    q = supa_delete(supa_from(world.client, "products"));
    text = supa_query_describe(q);
    CU_ASSERT(world_holds(text, "# not sent: an update or delete without a filter"));
    supa_text_free(text);
    CU_ASSERT_PTR_NULL(supa_query_error(q));
    check(supa_eq(q, "id", supa_int(1)), "DELETE", "products?id=eq.1&store_id=eq." WORLD_STORE);
    q = supa_insert(supa_from(world.client, "products"), "{\"a\":1}");
    text = supa_query_describe(q);
    CU_ASSERT(world_holds(text, "{\"store_id\":\"" WORLD_STORE "\",\"a\":1}"));
    supa_text_free(text);
    check(supa_any_store(q), "POST", "products");
    CU_ASSERT(world_same(world.body, "{\"a\":1}"));
    world_end(&world);
}

static void describes_the_request(void)
{
    char *text;
    supa_query *q;

    world_start(&world, SUPA_SIDE_NONE);
    q = supa_select(supa_insert(t(), "{\"a\":1}"), "id");
    text = supa_query_describe(q);
    CU_ASSERT(world_same(
        text, "POST " WORLD_PREFIX "t?select=id\n"
              "Accept: application/json\nContent-Type: application/json\n"
              "Prefer: return=representation\nAuthorization: [hidden]\n"
              "User-Agent: libsupa/0.1.0\napikey: [hidden]\n\n{\"a\":1}\n"));
    supa_text_free(text);
    CU_ASSERT_EQUAL(world.calls, 0);
    supa_query_free(q);
    q = supa_limit(t(), -1);
    text = supa_query_describe(q);
    CU_ASSERT(world_same(text, "# not sent: supa_limit: the limit is negative\n"));
    supa_text_free(text);
    supa_query_free(q);
    world_end(&world);
}

static void says_whom_it_would_go_to(void)
{
    static const struct {
        supa_side side;
        const char *relation, *line;
    } rows[] = {
        {SUPA_SIDE_MASTER, "stores", "# to the master\nGET "},
        {SUPA_SIDE_TENANT, "products", "# to the tenant of store " WORLD_STORE "\nGET "},
        {SUPA_SIDE_NONE, "x", "GET "}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_query *q;
        char *text;

        world_start(&world, rows[i].side);
        q = supa_from(world.client, rows[i].relation);
        text = supa_query_describe(q);
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        CU_ASSERT_EQUAL(strncmp(text, rows[i].line, strlen(rows[i].line)), 0);
        supa_text_free(text);
        supa_query_free(q);
        world_end(&world);
    }
}

extern CU_TestInfo query_tests[];
CU_TestInfo query_tests[] = {
    {"a relation is one segment of the path", a_relation_is_one_segment_of_the_path},
    {"chooses what comes back", chooses_what_comes_back},
    {"writes each operator", writes_each_operator},
    {"writes each kind of value", writes_each_kind_of_value},
    {"null compares with is", null_compares_with_is},
    {"doubles have the fewest digits", doubles_have_the_fewest_digits},
    {"doubles are alike in every locale", doubles_are_alike_in_every_locale},
    {"every double reads back the same", every_double_reads_back_the_same},
    {"lists quote what needs it", lists_quote_what_needs_it},
    {"arrays quote all but null", arrays_quote_all_but_null},
    {"columns reach into embeds and JSON", columns_reach_into_embeds_and_json},
    {"orders and pages", orders_and_pages},
    {"the parts stand in one order", the_parts_stand_in_one_order},
    {"one row is asked for by the header", one_row_is_asked_for_by_the_header},
    {"inserts send the rows as they are", inserts_send_the_rows_as_they_are},
    {"deletes send their filters", deletes_send_their_filters},
    {"the schema goes into the profile", the_schema_goes_into_the_profile},
    {"names of relations are checked", names_of_relations_are_checked},
    {"columns and selections are checked", columns_and_selections_are_checked},
    {"values are checked", values_are_checked},
    {"elements of lists are checked", elements_of_lists_are_checked},
    {"rows to insert are checked", rows_to_insert_are_checked},
    {"a delete must be restricted", a_delete_must_be_restricted},
    {"the first mistake wins", the_first_mistake_wins},
    {"a mistake names the relation and the side", a_mistake_names_the_relation_and_the_side},
    {"a NULL query is a mistake that goes through", a_null_query_is_a_mistake_that_goes_through},
    {"the URL has a limit", the_url_has_a_limit},
    {"Supabase takes longer URLs", supabase_takes_longer_urls},
    {"a query owns what it needs", a_query_owns_what_it_needs},
    {"describing leaves the query as it is", describing_leaves_the_query_as_it_is},
    {"describes the request", describes_the_request},
    {"says whom it would go to", says_whom_it_would_go_to},
    CU_TEST_INFO_NULL,
};
