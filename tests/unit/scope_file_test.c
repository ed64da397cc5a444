/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"
#include "manager/ownership.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct scope *read_text(const char *text, supa_error *error)
{
    return ownership_read(text, strlen(text), error);
}

/* The entry of a table, or of a function with "rpc/" before it, as "owner store_id pattern". */
static const char *entry_of(struct scope *scope, const char *name)
{
    static const char *const owners[] = {"none", "master", "tenant", "both"};
    static char text[128];
    const int function = strncmp(name, "rpc/", 4) == 0;
    const struct scope_entry *entry = scope_find(
        function ? &scope->functions : &scope->tables, name + (function ? 4 : 0),
        strlen(name) - (function ? 4 : 0));

    snprintf(
        text, sizeof text, "%s %d %s", owners[entry->owner], entry->has_store_id,
        entry->name != NULL ? entry->name : "-");
    return text;
}

static void a_file_lists_tables_and_functions(void)
{
    static const char text[] = "# whose is what\n"
                               "\n"
                               "products tenant store_id\n"
                               "  \t customers\ttenant   store_id   # the shop's\r\n"
                               "stores both -\r\n"
                               "plans master - #\n"
                               "   # nothing\n"
                               "credit_usage both store_id\n"
                               "rpc/execute_sql tenant\n"
                               "rpc/exec_sql master -\n"
                               "rpc/now both\n"
                               "Products tenant -\n"
                               "caf\xC3\xA9 tenant -";
    static const struct {
        const char *name, *entry;
    } rows[] = {
        {"products", "tenant 1 products"},
        {"customers", "tenant 1 customers"},
        {"stores", "both 0 stores"},
        {"plans", "master 0 plans"},
        {"credit_usage", "both 1 credit_usage"},
        {"Products", "tenant 0 Products"},
        {"caf\xC3\xA9", "tenant 0 caf\xC3\xA9"},
        {"rpc/execute_sql", "tenant 0 execute_sql"},
        {"rpc/exec_sql", "master 0 exec_sql"},
        {"rpc/now", "both 0 now"},
        {"execute_sql", "none 0 -"},
        {"rpc/products", "none 0 -"},
        {"product", "none 0 -"},
        {"", "none 0 -"},
        /* what the manager itself reads */
        {"store_databases", "master 0 store_databases"},
        {"store_hostnames", "master 0 store_hostnames"},
        {"custom_domains_lookup", "master 0 custom_domains_lookup"},
    };
    supa_error error;
    struct scope *scope = read_text(text, &error);

    CU_ASSERT(world_same(error.message, ""));
    CU_ASSERT_PTR_NOT_NULL_FATAL(scope);
    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT(world_same(entry_of(scope, rows[i].name), rows[i].entry));
    CU_ASSERT_STRING_EQUAL(scope->origin, "file");
    scope_unref(scope);
}

static void patterns_come_after_names(void)
{
    static const char text[] = "ai_* master -\n"
                               "ai_training_* tenant store_id\n"
                               "ai_training_rules both -\n"
                               "*_log tenant -\n"
                               "rpc/search_*_by_name tenant\n";
    static const struct {
        const char *name, *entry;
    } rows[] = {
        {"ai_training_rules", "both 0 ai_training_rules"},
        {"ai_training_x", "tenant 1 ai_training_*"},
        {"ai_training_", "tenant 1 ai_training_*"},
        {"ai_models", "master 0 ai_*"},
        {"ai_log", "tenant 0 *_log"},
        {"_log", "tenant 0 *_log"},
        {"log", "none 0 -"},
        {"xai_models", "none 0 -"},
        {"rpc/search_a_by_name", "tenant 0 search_*_by_name"},
        {"rpc/search__by_name", "tenant 0 search_*_by_name"},
        {"rpc/search_by_name", "none 0 -"},
    };
    struct scope *scope = read_text(text, NULL);

    CU_ASSERT_PTR_NOT_NULL_FATAL(scope);
    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT(world_same(entry_of(scope, rows[i].name), rows[i].entry));
    scope_unref(scope);
}

static void an_empty_file_lists_what_a_manager_reads(void)
{
    static const char *const texts[] = {"", "\n", "# nothing", "\r\n\r\n"};

    for (size_t i = 0; i < COUNT(texts); i++) {
        struct scope *scope = read_text(texts[i], NULL);

        CU_ASSERT_PTR_NOT_NULL_FATAL(scope);
        CU_ASSERT_EQUAL(scope->tables.count, 4);
        CU_ASSERT_EQUAL(scope->functions.count, 0);
        CU_ASSERT_STRING_EQUAL(entry_of(scope, "stores"), "master 0 stores");
        scope_unref(scope);
    }
}

static void mistakes_are_told_with_their_line(void)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"products", "line 1: the side is none"},
        {"a tenant -\nproducts shop store_id", "line 2: the side is none of master, tenant, both"},
        {"\n\nproducts TENANT -", "line 3: the side is none"},
        {"products tenant", "line 1: whether the table has a store_id is missing"},
        {"products tenant yes", "line 1: the third word is neither store_id nor -"},
        {"products tenant store_id,", "line 1: the third word"},
        {"products tenant store_id id", "line 1: there are more than three words"},
        {"products tenant store_id x y z", "line 1: there are more than three words"},
        {"plans master store_id", "line 1: nothing keeps the master's tables to a store"},
        {"rpc/f", "line 1: the side is none"},
        {"rpc/f tenant store_id", "line 1: a function has no store_id"},
        {"rpc/ tenant", "line 1: there is no name"},
        {"rpc/a/b tenant", "line 1: the name contains a slash"},
        {"a/b tenant -", "line 1: the name contains a slash"},
        {"* tenant -", "line 1: the name is a * alone"},
        {"rpc/* tenant", "line 1: the name is a * alone"},
        {"a*b* tenant -", "line 1: the name contains more than one *"},
        {"a tenant -\nb tenant -\na master -", "line 3: the table \"a\" is listed in line 1"},
        {"a tenant -\na tenant -", "line 2: the table \"a\" is listed in line 1 already"},
        {"a* tenant -\n#\na* tenant -", "line 3: the table \"a*\" is listed in line 1"},
        {"rpc/f tenant\nrpc/f tenant", "line 2: the function \"f\" is listed in line 1"},
        {"x tenant -\nstores tenant -", "line 2: a manager reads this table of the master"},
        {"store_databases tenant store_id", "line 1: a manager reads this table of the master"},
        {"a\xFF tenant -", "it is no text in UTF-8"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_error error;

        CU_ASSERT_PTR_NULL(read_text(rows[i].text, &error));
        CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
        CU_ASSERT(world_holds(error.message, rows[i].words));
        CU_ASSERT_PTR_NULL(read_text(rows[i].text, NULL));
    }
    CU_ASSERT_PTR_NULL(ownership_read("a\0b tenant -", 12, NULL));
}

/* A file of another kind, given by mistake, may be secret. */
static void what_is_no_list_is_not_shown(void)
{
    supa_error error;

    CU_ASSERT_PTR_NULL(read_text("k1:c2VjcmV0c2VjcmV0\n", &error));
    CU_ASSERT_PTR_NULL(strstr(error.message, "c2Vj"));
    CU_ASSERT_PTR_NULL(strstr(error.hint, "c2Vj"));
    CU_ASSERT_PTR_NULL(read_text("password is hunter2\n", &error));
    CU_ASSERT_PTR_NULL(strstr(error.message, "hunter2"));
}

static void files_are_read_and_bounded(void)
{
    char path[] = "/tmp/supa-ownership-XXXXXX";
    int file = mkstemp(path);
    FILE *out = fdopen(file, "w");
    struct scope *scope;
    supa_error error;

    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    fputs("products tenant store_id\n", out);
    fflush(out);
    scope = ownership_read_file(path, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scope);
    CU_ASSERT_STRING_EQUAL(entry_of(scope, "products"), "tenant 1 products");
    scope_unref(scope);
    for (long n = ftell(out); n < OWNERSHIP_MAX; n++)
        fputc('\n', out);
    fflush(out);
    scope = ownership_read_file(path, &error);
    CU_ASSERT_PTR_NOT_NULL(scope);
    scope_unref(scope);
    fputc('\n', out);
    fclose(out);
    CU_ASSERT_PTR_NULL(ownership_read_file(path, &error));
    CU_ASSERT(world_holds(error.message, "more than 1048576 bytes"));
    unlink(path);
    CU_ASSERT_PTR_NULL(ownership_read_file(path, &error));
    CU_ASSERT(world_holds(error.message, path));
    CU_ASSERT_PTR_NULL(ownership_read_file("/tmp", &error));
    CU_ASSERT(world_holds(error.message, "cannot be read: /tmp"));
}

static void many_lines_are_sorted(void)
{
    struct buffer text = BUFFER_INIT;
    struct scope *scope;
    char line[64];

    for (int i = 4999; i >= 0; i--) {
        snprintf(line, sizeof line, "t%d tenant %s\n", i, i % 2 == 0 ? "store_id" : "-");
        buffer_puts(&text, line);
    }
    scope = read_text(buffer_text(&text), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scope);
    for (int i = 0; i < 5000; i++) {
        snprintf(line, sizeof line, "t%d", i);
        CU_ASSERT_EQUAL(scope_find(&scope->tables, line, strlen(line))->has_store_id, i % 2 == 0);
    }
    scope_unref(scope);
    buffer_free(&text);
}

extern CU_TestInfo scope_file_tests[];
CU_TestInfo scope_file_tests[] = {
    {"a file lists tables and functions", a_file_lists_tables_and_functions},
    {"patterns come after names, the longest first", patterns_come_after_names},
    {"an empty file lists what a manager reads", an_empty_file_lists_what_a_manager_reads},
    {"mistakes are told with their line", mistakes_are_told_with_their_line},
    {"what is no list is not shown", what_is_no_list_is_not_shown},
    {"files are read, and bounded", files_are_read_and_bounded},
    {"many lines are sorted", many_lines_are_sorted},
    CU_TEST_INFO_NULL,
};
