/* SPDX-License-Identifier: MIT */
/* each: one read of every store that operates, several stores at once, and a report of failures. */
#include "build.h"
#include "commands.h"
#include "fail.h"
#include "output.h"
#include "progress.h"

#include <stdlib.h>
#include <string.h>

struct visit {
    struct walk *walk;
    char store_id[40];
    char *name; /* the store's slug, or else its id */
};

struct walk {
    supa_manager *manager;
    supa_multi *multi;
    const struct options *options;
    const struct request *request;
    struct writer writer;
    struct progress progress;
    struct visit *visits;
    size_t count, next, failed;
    int64_t running;
    struct text advice; /* the hints that were told, a line each */
};

static void start_some(struct walk *walk);

/* A hint stands below the first store that it is for: it is the same for all. */
static void tell_failure(struct walk *walk, const char *store, const supa_error *error)
{
    struct text message = {0}, hint = {0};

    fail_keep(&message, &hint);
    tell_error(error);
    fail_keep(NULL, NULL);
    text_putc(&hint, '\n');
    text_puts(&walk->advice, "");
    fprintf(stderr, "%s%s: ", walk->progress.is_shown ? "\r\033[K" : "", store);
    misuse(NULL, "%s", message.data);
    if (hint.length > 1 && strstr(walk->advice.data, hint.data) == NULL) {
        text_puts(&walk->advice, hint.data);
        advise("%.*s", (int)hint.length - 1, hint.data);
    }
    text_free(&message);
    text_free(&hint);
}

static void end_visit(struct visit *visit, const supa_error *error)
{
    struct walk *walk = visit->walk;

    if (error != NULL) {
        walk->failed++;
        tell_failure(walk, visit->name, error);
    }
    walk->running--;
    progress_step(&walk->progress, 1);
    start_some(walk);
}

static void answered(void *user, supa_response *answer)
{
    struct visit *visit = user;
    supa_row row = supa_response_first(answer);

    for (size_t i = 0; i < supa_response_row_count(answer); i++, row = supa_row_next(row))
        writer_row(&visit->walk->writer, visit->name, row);
    end_visit(visit, supa_response_error(answer));
    supa_response_free(answer);
}

static void leased(void *user, supa_client *client, const supa_error *error)
{
    struct visit *visit = user;
    struct walk *walk = visit->walk;

    if (client == NULL) {
        end_visit(visit, error);
        return;
    }
    if (supa_multi_add(
            walk->multi, build_query(walk->request, client, walk->options), answered, visit) == 0)
        exit(trouble("out of memory"));
    supa_client_unref(client);
}

static void start_some(struct walk *walk)
{
    while (walk->next < walk->count && walk->running < walk->options->concurrency) {
        struct visit *visit = &walk->visits[walk->next++];

        walk->running++;
        if (supa_multi_lease(walk->multi, walk->manager, visit->store_id, leased, visit) == 0)
            exit(trouble("out of memory"));
    }
}

static void list_visits(struct walk *walk, const supa_response *stores)
{
    supa_row row = supa_response_first(stores), store;

    walk->count = supa_response_row_count(stores);
    walk->visits = have(calloc(walk->count + 1, sizeof *walk->visits));
    for (size_t i = 0; i < walk->count; i++, row = supa_row_next(row)) {
        struct visit *visit = &walk->visits[i];
        const char *id = supa_row_string(row, "store_id", ""), *name = id;

        if (supa_row_row(row, "stores", &store) == SUPA_FIELD_VALUE)
            name = supa_row_string(store, "slug", id);
        snprintf(visit->store_id, sizeof visit->store_id, "%s", id);
        visit->name = copy_of(name, strlen(name));
        visit->walk = walk;
    }
}

static int walk_on(struct walk *walk)
{
    int status;

    progress_begin(&walk->progress, "store", (int64_t)walk->count);
    if (walk->writer.output != OUTPUT_TABLE)
        progress_beside(&walk->progress, walk->writer.stream);
    start_some(walk);
    supa_multi_run(walk->multi);
    progress_break(&walk->progress);
    status = writer_end(&walk->writer);
    progress_end(&walk->progress);
    if (walk->failed == 0)
        return status;
    fprintf(stderr, "%zu of %zu stores failed\n", walk->failed, walk->count);
    return EXIT_PARTLY;
}

static int walk_stores(struct walk *walk)
{
    supa_response *stores = supa_store_list(walk->manager, SUPA_STORES_OPERATING, NULL, 0);
    supa_error error;
    int status = 0;

    if (!supa_response_ok(stores))
        status = tell_error(supa_response_error(stores));
    else
        list_visits(walk, stores);
    supa_response_free(stores);
    if (status != 0)
        return status;
    walk->multi = supa_multi_new(NULL, &error);
    status = walk->multi != NULL ? walk_on(walk) : tell_error(&error);
    supa_multi_free(walk->multi);
    for (size_t i = 0; i < walk->count; i++)
        free(walk->visits[i].name);
    free(walk->visits);
    return status;
}

int command_each(struct session *session)
{
    struct walk walk = {.options = session->options};
    struct request request = {0};
    int status = build_read(&request, VERB_GET, session->options);

    if (status == 0 && session->options->concurrency < 1)
        status = misuse(NULL, "--concurrency is at least 1");
    if (status == 0)
        status = writer_begin(&walk.writer, stdout, session->options->output, OUTPUT_NDJSON);
    if (status == 0)
        status = session_manager(session);
    walk.manager = session->manager;
    walk.request = &request;
    if (status == 0)
        status = walk_stores(&walk);
    build_free(&request);
    text_free(&walk.advice);
    return status;
}
