/* SPDX-License-Identifier: MIT */
/* values COUNT SEED: stores COUNT hostile texts in the stack's first tenant and looks for each of them by
 * every operator. Ends in "N strings, M wrong". values.sh starts the servers. */
#include "wire/values.h"

#include "live/second.h"
#include "live/stack.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define THREADS 4
#define BATCH   100
#define SHOWN   20

struct totals {
    size_t checks, refused, too_long, wrong, shown;
};

struct run {
    struct world world;
    uint64_t seed;
    atomic_size_t next;
    pthread_mutex_t lock;
    struct totals totals;
    char *is_wrong; /* of each text */
};

static void add_row(supa_query *q, const struct world *world, size_t at)
{
    char *text = json_of(world->texts[at]);
    char *data = malloc(2 * strlen(text) + 64);
    const char *list[3];

    if (data == NULL)
        abort();
    sprintf(data, "{\"v\":%s,\"o\":{%s:%zu}}", text, text, at);
    world_list(world, at, list);
    supa_insert_row(q);
    supa_set(q, "id", supa_int((int64_t)at + 1));
    supa_set(q, "value", supa_text(world->texts[at]));
    supa_set(q, "list", supa_texts(list, 3));
    supa_set(q, "data", supa_json(data));
    free(text);
    free(data);
}

static void must(int code, const supa_error *error, const char *what)
{
    if (code == SUPA_OK)
        return;
    fprintf(stderr, "%s: %s %s\n", what, error->message, error->details);
    exit(1);
}

/* Stored by the library itself; the last row holds nulls. */
static void store(supa_client *client, const struct world *world)
{
    supa_error error;

    for (size_t i = 0; i < world->count; i += BATCH) {
        supa_query *q = supa_from(client, "strings");

        for (size_t k = i; k < i + BATCH && k < world->count; k++)
            add_row(q, world, k);
        must(supa_exec(q, &error), &error, "insert");
    }
    must(
        supa_exec(
            supa_set(
                supa_insert_row(supa_from(client, "strings")), "id",
                supa_int((int64_t)world->count + 1)),
            &error),
        &error, "insert");
}

/* The same texts by psql's COPY, byte by byte; the server must find no difference to what we stored. */
static void compare_with_copy(const struct world *world)
{
    char command[4096];
    FILE *psql;

    snprintf(
        command, sizeof command, "%s -q -v ON_ERROR_STOP=1 -d tenant_1 >/dev/null",
        stack_value("STACK_PSQL"));
    psql = popen(command, "w");
    if (psql == NULL)
        abort();
    fputs(
        "create temporary table copied (id integer, bytes bytea);\ncopy copied from stdin;\n",
        psql);
    for (size_t i = 0; i < world->count; i++) {
        fprintf(psql, "%zu\t\\\\x", i + 1);
        for (const char *at = world->texts[i]; *at != '\0'; at++)
            fprintf(psql, "%02x", (unsigned char)*at);
        fputc('\n', psql);
    }
    fprintf(
        psql,
        "\\.\ndo $$ begin\n"
        "if (select count(*) from strings join copied using (id) where convert_to(value, 'UTF8') = "
        "bytes and\n"
        "    convert_to(list[1], 'UTF8') = bytes and convert_to(data->>'v', 'UTF8') = bytes and\n"
        "    data->'o' = jsonb_build_object(convert_from(bytes, 'UTF8'), id - 1)) <> %zu then\n"
        "  raise 'what is stored is not what was meant';\nend if; end $$;\n",
        world->count);
    if (pclose(psql) != 0) {
        fprintf(stderr, "the stored bytes differ\n");
        exit(1);
    }
}

/* Whether all rows are still what they were, and of each key there is one row. */
static void compare_after(const struct world *world)
{
    size_t keys = 0;
    char sql[512];

    for (size_t i = 0; i < world->count; i++) {
        size_t k = 0;

        while (k < i && strcmp(world->texts[k], world->texts[i]) != 0)
            k++;
        keys += k == i && strlen(world->texts[i]) <= 2000;
    }
    snprintf(
        sql, sizeof sql,
        "do $$ begin if (select count(*) from string_keys) <> %zu or (select count(*) from "
        "strings) <> %zu "
        "then raise 'rows came or went'; end if; end $$;",
        keys, world->count + 1);
    stack_sql("tenant_1", sql);
}

static void add_up(struct run *run, const struct task *task)
{
    struct totals *totals = &run->totals;

    pthread_mutex_lock(&run->lock);
    totals->checks += task->checks;
    totals->refused += task->refused;
    totals->too_long += task->too_long;
    if (task->wrong != 0) {
        run->is_wrong[task->at] = 1;
        totals->wrong += task->wrong;
        if (totals->shown++ < SHOWN)
            printf("%s; %zu wrong of it\n", task->failure, task->wrong);
    }
    pthread_mutex_unlock(&run->lock);
}

static void *read_some(void *user)
{
    struct run *run = user;
    supa_client *client = second_client();
    size_t at;

    while ((at = atomic_fetch_add(&run->next, 1)) < run->world.count) {
        struct task task;

        task_init(&task, client, &run->world, at, run->seed);
        check_operators(&task);
        check_others(&task);
        add_up(run, &task);
        task_end(&task);
    }
    supa_client_unref(client);
    return NULL;
}

static void read_all(struct run *run)
{
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, read_some, run);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void write_all(struct run *run, supa_client *client)
{
    for (size_t at = 0; at < run->world.count; at++) {
        struct task task;

        task_init(&task, client, &run->world, at, run->seed);
        check_writes(&task);
        add_up(run, &task);
        task_end(&task);
    }
}

/* What PostgreSQL has no texts for is refused, wherever it stands, and nothing is sent. */
static size_t check_unstorable(supa_client *client)
{
    static const struct {
        const char *bytes;
        size_t length;
    } bad[] = {{"a\0b", 3},     {"\0", 1},
               {"\xFF", 1},     {"\xC0\x80", 2},
               {"\xE4\xB8", 2}, {"\xED\xA0\x80", 3},
               {"\x80", 1},     {"\xF4\x90\x80\x80", 4},
               {"ok\xC3", 3},   {"\xF8\x88\x80\x80\x80", 5}};
    size_t wrong = 0;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        supa_value text = supa_text_n(bad[i].bytes, bad[i].length), list = supa_values(&text, 1);
        supa_query *const queries[] = {
            supa_eq(supa_from(client, "strings"), "value", text),
            supa_neq(supa_from(client, "strings"), "value", text),
            supa_gt(supa_from(client, "strings"), "value", text),
            supa_lte(supa_from(client, "strings"), "value", text),
            supa_is_distinct(supa_from(client, "strings"), "value", text),
            supa_in(supa_from(client, "strings"), "value", list),
            supa_not_in(supa_from(client, "strings"), "value", list),
            supa_like_any(supa_from(client, "strings"), "value", list),
            supa_ilike_all(supa_from(client, "strings"), "value", list),
            supa_filter_any(supa_from(client, "strings"), "value", "eq", list),
            supa_contains(supa_from(client, "strings"), "list", list),
            supa_overlaps(supa_from(client, "strings"), "list", list),
            supa_filter(supa_from(client, "strings"), "value", "match", text),
            supa_arg(supa_rpc(client, "echo"), "say", text),
            supa_arg_variadic(supa_rpc(client, "list_of"), "parts", list),
            supa_set(supa_insert_row(supa_from(client, "strings")), "value", text),
            supa_set(supa_insert_row(supa_from(client, "strings")), "list", list),
        };

        for (size_t k = 0; k < sizeof queries / sizeof queries[0]; k++) {
            supa_error error;

            wrong += supa_exec(queries[k], &error) != SUPA_ERROR_ARGUMENT ||
                     error.outcome != SUPA_NOT_SENT;
        }
    }
    if (wrong != 0)
        printf("NUL or invalid UTF-8 was not refused %zu times\n", wrong);
    return wrong;
}

static size_t count_wrong(const struct run *run)
{
    size_t wrong = 0;

    for (size_t i = 0; i < run->world.count; i++)
        wrong += run->is_wrong[i] != 0;
    return wrong;
}

int main(int argc, char **argv)
{
    struct run run = {.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1};
    const size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
    const time_t began = time(NULL);
    supa_client *client;
    size_t wrong;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (count == 0 || world_make(&run.world, count, run.seed) != 0) {
        fprintf(stderr, "usage: values COUNT SEED\n");
        return 2;
    }
    run.is_wrong = calloc(count, 1);
    pthread_mutex_init(&run.lock, NULL);
    second_start("db-pool = 8\n");
    client = second_client();
    store(client, &run.world);
    compare_with_copy(&run.world);
    read_all(&run);
    write_all(&run, client);
    compare_with_copy(&run.world);
    compare_after(&run.world);
    wrong = check_unstorable(client) + count_wrong(&run);
    printf(
        "%zu checks in %ld s: %zu refused before they were sent, %zu too long for a URL, %zu "
        "wrong\n",
        run.totals.checks, (long)(time(NULL) - began), run.totals.refused, run.totals.too_long,
        run.totals.wrong);
    supa_client_unref(client);
    second_stop();
    world_free(&run.world);
    free(run.is_wrong);
    printf("%zu passed, %zu failed\n", count - wrong, wrong);
    printf("%zu strings, %zu wrong\n", count, wrong);
    return wrong != 0;
}
