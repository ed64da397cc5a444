/* SPDX-License-Identifier: MIT */
/* get, insert, update, upsert, delete, rpc: one query, of one server. */
#include "build.h"
#include "commands.h"
#include "fail.h"
#include "output.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

/* Instead of sending it. What is printed goes out by the library's own words. */
static int print_request(supa_query *q, const struct options *options)
{
    const supa_error *mistake = supa_query_error(q);
    int status = mistake != NULL ? tell_error(mistake) : 0;
    char *text = NULL;

    if (status == 0)
        text = have(
            options->curl || options->show_keys
                ? supa_query_curl(q, options->show_keys ? SUPA_SHOW_KEYS : 0)
                : supa_query_describe(q));
    supa_query_free(q);
    if (text == NULL)
        return status;
    /* What only the finished request shows to be a mistake stands in the text. */
    if (strncmp(text, "# not sent: ", 12) == 0 || strstr(text, "\n# not sent: ") != NULL)
        status = EXIT_REFUSED;
    fputs(text, status == 0 ? stdout : stderr);
    supa_text_free(text);
    return status;
}

static void tell_matches(int64_t rows)
{
    fprintf(stderr, "%lld row%s match%s\n", (long long)rows, plural(rows), rows == 1 ? "es" : "");
}

static void tell_count(const supa_response *answer, const struct options *options)
{
    if (options->count != NULL && supa_response_count(answer) >= 0)
        tell_matches(supa_response_count(answer));
    if (options->dry_run)
        fputs("dry run: the server has undone it\n", stderr);
    if (options->count == NULL && supa_response_truncated(answer) == SUPA_TRUNCATED_YES)
        fputs("there are more rows than the server sent\n", stderr);
}

static int
print_answer(const supa_response *answer, const struct options *options, struct writer *writer)
{
    size_t length;
    const char *body = supa_response_body(answer, &length);
    supa_row row = supa_response_first(answer);

    if (options->explain != NULL) {
        fwrite(body, 1, length, stdout);
        if (length != 0 && body[length - 1] != '\n')
            putchar('\n');
        return 0;
    }
    writer->is_single = options->single ||
                        (options->maybe_single && supa_response_row_count(answer) == 1) ||
                        (length != 0 && body[0] != '[' && supa_response_row_count(answer) == 1);
    for (size_t i = 0; i < supa_response_row_count(answer); i++, row = supa_row_next(row))
        writer_row(writer, NULL, row);
    if (length == 0)
        return 0;
    return writer_end(writer);
}

static int
run_whole(supa_query *q, supa_client *client, const struct options *options, struct writer *writer)
{
    supa_response *answer = supa_execute(q);
    int status;

    if (!supa_response_ok(answer)) {
        status = session_tell(client, options->arguments[0], supa_response_error(answer));
    } else {
        status = print_answer(answer, options, writer);
        tell_count(answer, options);
    }
    supa_response_free(answer);
    return status;
}

/* As they come, in constant memory. */
static int
run_rows(supa_query *q, supa_client *client, const struct options *options, struct writer *writer)
{
    supa_rows *rows = supa_rows_open(q);
    supa_error error;
    supa_row row;

    while (supa_rows_next(rows, &row))
        writer_row(writer, NULL, row);
    if (supa_rows_close(rows, &error) == SUPA_OK)
        return writer_end(writer);
    writer_break(writer);
    return session_tell(client, options->arguments[0], &error);
}

static int run(supa_query *q, supa_client *client, enum verb verb, const struct options *options)
{
    const int is_whole = verb != VERB_GET || options->single || options->maybe_single ||
                         options->count != NULL || options->explain != NULL;
    struct writer writer;
    int status = writer_begin(&writer, stdout, options->output, OUTPUT_JSON);

    if (status != 0) {
        supa_query_free(q);
        return status;
    }
    return is_whole || writer.output == OUTPUT_TABLE ? run_whole(q, client, options, &writer)
                                                     : run_rows(q, client, options, &writer);
}

static int query(struct session *session, enum verb verb)
{
    const struct options *options = session->options;
    struct request request;
    supa_client *client = NULL;
    supa_query *q;
    int status = build_read(&request, verb, options);

    if (status == 0)
        status = session_client(session, &client);
    if (status == 0) {
        q = build_query(&request, client, options);
        status = options->describe || options->curl ? print_request(q, options)
                                                    : run(q, client, verb, options);
    }
    supa_client_unref(client);
    build_free(&request);
    return status;
}

int command_get(struct session *session)
{
    return query(session, VERB_GET);
}

int command_insert(struct session *session)
{
    return query(session, VERB_INSERT);
}

int command_update(struct session *session)
{
    return query(session, VERB_UPDATE);
}

int command_upsert(struct session *session)
{
    return query(session, VERB_UPSERT);
}

int command_delete(struct session *session)
{
    return query(session, VERB_DELETE);
}

int command_rpc(struct session *session)
{
    return query(session, VERB_RPC);
}
