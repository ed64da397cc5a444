/* SPDX-License-Identifier: MIT */
#include "query/select.h"

#include "base/buffer.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The embeds as text: "path=relation" each, parted by blanks. */
static void list_embeds(const struct select *select, struct buffer *out)
{
    for (const struct embed *embed = select->embeds; embed != NULL; embed = embed->next) {
        buffer_puts(out, embed == select->embeds ? "" : " ");
        buffer_put(out, embed->path, embed->path_length);
        buffer_putc(out, '=');
        buffer_put(out, embed->name, embed->name_length);
    }
}

static void check(const char *text, const char *stripped, const char *embeds)
{
    struct buffer found = BUFFER_INIT;
    struct select select;
    struct arena arena;

    arena_init(&arena, 256);
    CU_ASSERT_PTR_NULL(select_read(&select, text, &arena));
    CU_ASSERT(world_same(select.text, stripped));
    CU_ASSERT_EQUAL(select.length, strlen(stripped));
    list_embeds(&select, &found);
    CU_ASSERT(world_same(buffer_text(&found), embeds));
    buffer_free(&found);
    arena_free(&arena);
}

static void finds_embedded_resources(void)
{
    static const struct {
        const char *text, *embeds;
    } rows[] = {
        {"*", ""},
        {"id,name", ""},
        {"*,stores(*)", "stores=stores"},
        {"stores(id),users(id)", "stores=stores users=users"},
        {"stores()", "stores=stores"},
        {"shop:stores(id)", "shop=stores"},
        {"stores!store_id(id)", "stores=stores"},
        {"stores!inner(id)", "stores=stores"},
        {"stores!fk!inner(id)", "stores=stores"},
        {"shop:stores!fk!left(id)", "shop=stores"},
        {"...stores(city)", "stores=stores"},
        {"...shop:stores(city)", "shop=stores"},
        {"id,...stores!inner(city),x", "stores=stores"},
        {"a(b(c(d)))", "a=a a.b=b a.b.c=c"},
        {"a(id,b(c)),d(e,f:g(h),i)", "a=a a.b=b d=d d.f=g"},
        {"a(),b(c()),d()", "a=a b=b b.c=c d=d"},
        {"x:a(y:b!fk(z),...c(w))", "x=a x.y=b x.c=c"},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        check(rows[i].text, rows[i].text, rows[i].embeds);
}

static void tells_casts_and_aggregates_from_embeds(void)
{
    static const struct {
        const char *text, *embeds;
    } rows[] = {
        {"id::text,n::numeric", ""},
        {"label:id::text", ""},
        {"count()", ""},
        {"total:count()", ""},
        {"count()::int", ""},
        {"n.sum(),m.avg()::int,least:n.min()", ""},
        {"data->n.sum(),data->>k,x:data->>k::int", ""},
        {"id::text,stores(id::text,count())", "stores=stores"},
        {"x:stores(n.sum())", "x=stores"},
        {"count(id)", "count=count"},
        {"counts()", "counts=counts"},
        {"sum:stores(id)", "sum=stores"},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        check(rows[i].text, rows[i].text, rows[i].embeds);
}

static void takes_white_space_out_but_not_of_quotes(void)
{
    check(" id , name ", "id,name", "");
    check("\n  *,\t\r\n stores ( id )\v\f", "*,stores(id)", "stores=stores");
    check("\"a b\" , c", "\"a b\",c", "");
    check("\"a\\\" b\" , c", "\"a\\\" b\",c", "");
    check("\"a\\\\\" , b c", "\"a\\\\\",bc", "");
    check("shop : stores ! inner ( id )", "shop:stores!inner(id)", "shop=stores");
}

static void reads_quoted_names(void)
{
    check("\"my table\"(id)", "\"my table\"(id)", "\"my table\"=my table");
    check("\"sto\\res\"(id)", "\"sto\\res\"(id)", "\"sto\\res\"=stores");
    check("\"a\\\"b\"(id)", "\"a\\\"b\"(id)", "\"a\\\"b\"=a\"b");
    check("\"a,(b\":\"c:!(d\"(id)", "\"a,(b\":\"c:!(d\"(id)", "\"a,(b\"=c:!(d");
    check("\"(\",\")\"", "\"(\",\")\"", "");
    check("\"a.b\"()", "\"a.b\"()", "\"a.b\"=a.b");
}

static void refuses_what_is_not_balanced(void)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {NULL, "NULL"},
        {"", "empty"},
        {" \t\n", "empty"},
        {"a(b", "not closed"},
        {"a(b(c)", "not closed"},
        {"a)", "never opened"},
        {"a(b))", "never opened"},
        {")(", "a name is missing"},
        {"(a)", "a name is missing"},
        {"a,(b)", "a name is missing"},
        {"a((b))", "a name is missing"},
        {"x:(b)", "a name is missing"},
        {":a(b)", "a name is missing"},
        {"...(b)", "a name is missing"},
        {"!inner(b)", "a name is missing"},
        {"\"a", "does not end"},
        {"a,\"b\\\"", "does not end"},
        {"\"", "does not end"},
        {"a\x01", "control"},
        {"\"a\nb\"", "control"},
        {"a\x7F", "control"},
        {"a\xFF", "UTF-8"},
        {"\"a\xC3\"", "UTF-8"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct select select;
        struct arena arena;

        arena_init(&arena, 256);
        CU_ASSERT(world_holds(select_read(&select, rows[i].text, &arena), rows[i].why));
        arena_free(&arena);
    }
}

static void checks_json_paths_casts_and_hints(void)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"data->-1", NULL},
        {"data->-10->>k", NULL},
        {"data->>\"a-b\"", NULL},
        {"data->-", "has no key"},
        {"data->", "has no key"},
        {"data->>", "has no key"},
        {"data->,id", "has no key"},
        {"data->>::int", "has no key"},
        {"data->-1a", "stands in quotes"},
        {"data->-a", "stands in quotes"},
        {"id::", "names no type"},
        {"id::,name", "names no type"},
        {"a(id::)", "names no type"},
        {"stores!(id)", "hint is missing"},
        {"stores!fk!(id)", "hint is missing"},
        {"stores!fk", "has no parentheses"},
        {"...stores", "has no parentheses"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct select select;
        struct arena arena;
        const char *mistake;

        arena_init(&arena, 256);
        mistake = select_read(&select, rows[i].text, &arena);
        if (rows[i].why == NULL)
            CU_ASSERT_PTR_NULL(mistake);
        if (rows[i].why != NULL)
            CU_ASSERT(world_holds(mistake, rows[i].why));
        arena_free(&arena);
    }
}

static const char *read_nested(size_t depth, size_t name_length, struct arena *arena)
{
    static char text[4096];
    struct select select;
    size_t at = 0;

    for (size_t i = 0; i < depth; i++) {
        memset(text + at, 'a', name_length);
        at += name_length;
        text[at++] = '(';
    }
    memset(text + at, ')', depth);
    text[at + depth] = '\0';
    return select_read(&select, text, arena);
}

static void bounds_depth_and_paths(void)
{
    struct arena arena;

    arena_init(&arena, 256);
    CU_ASSERT_PTR_NULL(read_nested(32, 1, &arena));
    CU_ASSERT(world_holds(read_nested(33, 1, &arena), "too deeply"));
    CU_ASSERT_PTR_NULL(read_nested(1, 1023, &arena));
    CU_ASSERT(world_holds(read_nested(1, 1024, &arena), "too long"));
    CU_ASSERT_PTR_NULL(read_nested(2, 511, &arena));
    CU_ASSERT(world_holds(read_nested(2, 512, &arena), "too long"));
    arena_free(&arena);
}

static void reports_each_failed_allocation(void)
{
    const char *mistake = SELECT_NO_MEMORY;

    for (size_t n = 1; mistake != NULL; n++) {
        struct select select;
        struct arena arena;

        arena_init(&arena, 1);
        world_fail_at(n);
        mistake = select_read(&select, "a,\"b\"(c,d:e(f))", &arena);
        CU_ASSERT_EQUAL(mistake != NULL, world_failed());
        if (mistake != NULL)
            CU_ASSERT_PTR_EQUAL(mistake, SELECT_NO_MEMORY);
        arena_free(&arena);
        CU_ASSERT_FATAL(n < 100);
    }
}

extern CU_TestInfo select_tests[];
CU_TestInfo select_tests[] = {
    {"finds embedded resources", finds_embedded_resources},
    {"tells casts and aggregates from embeds", tells_casts_and_aggregates_from_embeds},
    {"takes white space out, but not of quotes", takes_white_space_out_but_not_of_quotes},
    {"reads quoted names", reads_quoted_names},
    {"refuses what is not balanced", refuses_what_is_not_balanced},
    {"checks JSON paths, casts and hints", checks_json_paths_casts_and_hints},
    {"bounds depth and paths", bounds_depth_and_paths},
    {"reports each failed allocation", reports_each_failed_allocation},
    CU_TEST_INFO_NULL,
};
