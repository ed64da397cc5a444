/* SPDX-License-Identifier: MIT */
/* Requests as commands for a shell: the words that a shell makes of them. */
#include "table.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/query.h>

static struct world world;

static supa_query *t(void)
{
    return supa_from(world.client, "t");
}

/* What a shell hands to curl: "[word]" each. The query is ended. */
static void words(supa_query *q, int flags, char *out, size_t size)
{
    static const char prelude[] = "curl() { printf '[%s]' curl \"$@\"; }\n";
    char name[] = "/tmp/supa-curl-XXXXXX", command[64];
    char *text = supa_query_curl(q, flags);
    int file = mkstemp(name);
    size_t used = 0;
    FILE *script, *shell;

    supa_query_free(q);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_FATAL(file >= 0);
    script = fdopen(file, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(script);
    fputs(prelude, script);
    fputs(text, script);
    fclose(script);
    supa_text_free(text);
    snprintf(command, sizeof command, "sh %s", name);
    shell = popen(command, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(shell);
    used = fread(out, 1, size - 1, shell);
    out[used] = '\0';
    CU_ASSERT_EQUAL(pclose(shell), 0);
    remove(name);
}

static void a_shell_gives_back_what_was_meant(void)
{
    static const char hidden[] = "[-H][Authorization: [hidden]][-H][User-Agent: libsupa/0.1.0]"
                                 "[-H][apikey: [hidden]]";
    static const char json[] = "[-H][Content-Type: application/json]";
    char got[8192], expected[8192];

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct {
            supa_query *q;
            const char *method, *url, *headers, *body;
        } rows[] = {
            {t(), "[-X][GET]", "t", "", ""},
            {supa_head(t()), "[--head]", "t", "", ""},
            {supa_eq(t(), "a", supa_text("'; rm -rf \"$HOME\" `x` \\ !*[1-2]{a}")), "[-X][GET]",
             "t?a=eq.%27;", "", ""},
            {supa_insert(t(), "{\"a\":\"it's `x` $y \\\\ \\n 'q'\"}"), "[-X][POST]", "t", json,
             "[--data-raw][{\"a\":\"it's `x` $y \\\\ \\n 'q'\"}]"},
            {supa_insert(t(), "{\"a\":\n\"x\"}"), "[-X][POST]", "t", json,
             "[--data-raw][{\"a\":\n\"x\"}]"},
            {supa_body(supa_rpc(world.client, "f"), "text/plain", "@/etc/passwd", 12), "[-X][POST]",
             "rpc/f", "[-H][Content-Type: text/plain]", "[--data-raw][@/etc/passwd]"},
            {supa_body(supa_rpc(world.client, "f"), "text/plain", "", 0), "[-X][POST]", "rpc/f",
             "[-H][Content-Type: text/plain]", "[--data-raw][]"},
            {supa_body(supa_rpc(world.client, "f"), "text/plain", "a\0'b", 4), "[-X][POST]",
             "rpc/f", "[-H][Content-Type: text/plain]", "[--data-binary][@-]"},
            {supa_header(t(), "X-It's", "$(x) 'y' \"z\""), "[-X][GET]", "t",
             "[-H][X-It's: [hidden]]", ""},
            {supa_all_rows(supa_delete(t())), "[-X][DELETE]", "t", json, ""},
        };

        for (size_t i = 0; i < COUNT(rows); i++) {
            words(rows[i].q, 0, got, sizeof got);
            if (i == 2) { /* percent-encoded: nothing of it is left for a shell */
                CU_ASSERT(world_holds(got, "t?a=eq.%27%3B%20rm%20-rf%20%22%24HOME%22%20%60x%60"));
                continue;
            }
            snprintf(
                expected, sizeof expected,
                "[curl][--globoff]%s[" WORLD_PREFIX "%s][-H][Accept: application/json]%s%s%s",
                rows[i].method, rows[i].url, rows[i].headers, hidden, rows[i].body);
            CU_ASSERT(world_same(got, expected));
        }
    }
    words(supa_header(t(), "X-It's", "$(x) 'y' \"z\""), SUPA_SHOW_KEYS, got, sizeof got);
    CU_ASSERT(world_holds(got, "[-H][X-It's: $(x) 'y' \"z\"]"));
    CU_ASSERT(world_holds(got, "[-H][Authorization: Bearer " WORLD_KEY "]"));
    CU_ASSERT(world_holds(got, "[-H][apikey: " WORLD_KEY "]"));
    world_end(&world);
}

static int64_t no_more(void *user, void *out, size_t size)
{
    (void)user;
    (void)out;
    (void)size;
    return 0;
}

static void tells_a_mistake_instead(void)
{
    supa_query *q;
    char *text;

    world_start(&world, SUPA_SIDE_NONE);
    q = supa_delete(t());
    text = supa_query_curl(q, 0);
    CU_ASSERT(world_holds(text, "# not sent: an update or delete without a filter\n# hint: "));
    supa_text_free(text);
    CU_ASSERT_PTR_NULL(supa_query_error(q));
    table_sent(&world, supa_all_rows(q), "DELETE", "t", NULL);
    text = supa_query_curl(NULL, SUPA_SHOW_KEYS);
    CU_ASSERT(world_same(text, "# not sent: the query is NULL\n"));
    supa_text_free(text);
    world_end(&world);
}

static void bodies_that_are_no_text_are_told(void)
{
    supa_query *q;
    char *text;

    world_start(&world, SUPA_SIDE_NONE);
    q = supa_body_from(t(), "text/csv", no_more, NULL, -1);
    text = supa_query_curl(q, 0);
    CU_ASSERT(world_holds(text, "--data-binary @-\n"));
    supa_text_free(text);
    text = supa_query_describe(q);
    CU_ASSERT(world_holds(text, "\n# and a body that is read as it is sent\n"));
    supa_text_free(text);
    supa_query_free(q);
    q = supa_body(supa_rpc(world.client, "f"), "application/octet-stream", "a\0b", 3);
    text = supa_query_describe(q);
    CU_ASSERT(world_holds(text, "\n# and a body that is no text, bytes: 3\n"));
    supa_text_free(text);
    supa_query_free(q);
    world_end(&world);
}

extern CU_TestInfo curl_tests[];
CU_TestInfo curl_tests[] = {
    {"a shell gives back what was meant", a_shell_gives_back_what_was_meant},
    {"tells a mistake instead", tells_a_mistake_instead},
    {"bodies that are no text are told", bodies_that_are_no_text_are_told},
    CU_TEST_INFO_NULL,
};
