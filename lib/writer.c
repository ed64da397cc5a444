/* SPDX-License-Identifier: MIT */
/* Rows in, batches out. Every row that was given is, at any time, in one place: in the account, in a
 * batch that is under way, in the batch that is being filled, or among the last ones, which a writer
 * that has stopped did not take. */
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/process.h"
#include "client_internal.h"
#include "multi/multi_internal.h"
#include "transport/pool.h"
#include "writer_account.h"
#include "writer_batch.h"

#include <pthread.h>
#include <string.h>

#define IN_FLIGHT_MAX 64
#define MOVE_BYTES    16384 /* of rows, and what is under way is moved on */

struct supa_writer {
    supa_query *q; /* each batch is a copy of it; NULL: there is no writer */
    supa_writer_options options;
    supa_multi *multi;
    unsigned generation;
    supa_query *row;        /* that is filled by supa_writer_set; or NULL */
    struct batch *open;     /* that takes rows; or NULL */
    struct batch *sent;     /* and not answered */
    struct batch *spare;    /* to be used again */
    struct account account; /* has room for all that is not in it yet */
    struct json_tape tape;
    int64_t rows;   /* that were given */
    int64_t taken;  /* of them, into the account or a batch */
    size_t unmoved; /* bytes of rows since what is under way was moved on */
    size_t sent_count;
    int64_t failures;
    int has_stopped;
    supa_error error; /* the first failure */
};

/* It is large: filled in when it is needed, the library's file has nothing of it. */
static supa_writer none;

static void fill_none(void)
{
    none.has_stopped = 1;
    error_no_memory(&none.error);
}

static supa_writer *writer_no_memory(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, fill_none);
    return &none;
}

static void about(const supa_writer *writer, supa_error *error)
{
    const struct target *target = writer->q->target;

    if (target != NULL)
        error_about(error, target->side, target->store_id, writer->q->relation);
}

static void stop(supa_writer *writer, const supa_error *error)
{
    if (writer->error.code == SUPA_OK)
        writer->error = *error;
    writer->has_stopped = 1;
}

static void stop_no_memory(supa_writer *writer)
{
    supa_error error;

    error_no_memory(&error);
    about(writer, &error);
    stop(writer, &error);
}

/* What no batch after it can escape. */
static int is_the_end(const supa_writer *writer, const supa_error *error)
{
    return error->code == SUPA_ERROR_NO_MEMORY || supa_cancel_fired(writer->q->cancel) ||
           (writer->q->deadline_us != 0 && clock_us() >= writer->q->deadline_us);
}

static void count_failure(supa_writer *writer, const supa_error *error)
{
    const int64_t most = writer->options.max_failures;

    if (writer->error.code == SUPA_OK)
        writer->error = *error;
    writer->failures++;
    if ((most >= 0 && writer->failures > most) || is_the_end(writer, error))
        writer->has_stopped = 1;
}

/* Rows have met their fate. */
static void note(
    supa_writer *writer, int64_t first, int64_t count, supa_writer_fate fate, const supa_error *why)
{
    supa_writer_range range = {first, count, (int32_t)fate, 0, {.code = SUPA_OK}};

    if (count == 0)
        return;
    if (why != NULL)
        range.error = *why;
    account_note(&writer->account, &range);
    if (writer->options.on_batch != NULL)
        writer->options.on_batch(writer->options.user, &range);
}

/* For each batch, a row that cannot be sent, and the rows that were not taken. */
static int reserve(supa_writer *writer)
{
    const size_t open = writer->open != NULL;

    return account_reserve(&writer->account, writer->sent_count + open + 3);
}

static void put_away(supa_writer *writer, struct batch *batch)
{
    batch_clear(batch);
    batch->next = writer->spare;
    writer->spare = batch;
}

static struct batch *take_spare(supa_writer *writer)
{
    struct batch *batch = writer->spare;

    if (batch == NULL)
        batch = memory_zero(sizeof *batch);
    else
        writer->spare = batch->next;
    if (batch != NULL)
        batch->writer = writer;
    return batch;
}

static void forget_sent(supa_writer *writer, const struct batch *batch)
{
    struct batch **place = &writer->sent;

    while (*place != batch)
        place = &(*place)->next;
    *place = batch->next;
    writer->sent_count--;
}

/* A status line says that the batch was done, whatever became of the rest of the answer. */
static supa_writer_fate fate_of(const supa_response *response)
{
    const supa_error *error = supa_response_error(response);
    const int status = supa_response_status(response);

    if (error == NULL)
        return SUPA_WRITER_WRITTEN;
    if (error->outcome == SUPA_NOT_SENT)
        return SUPA_WRITER_UNSENT;
    if (error->outcome == SUPA_UNKNOWN)
        return SUPA_WRITER_UNKNOWN;
    return status >= 200 && status < 300 ? SUPA_WRITER_WRITTEN : SUPA_WRITER_REFUSED;
}

static void answered(void *user, supa_response *response)
{
    struct batch *batch = user;
    supa_writer *writer = batch->writer;
    const supa_writer_fate fate = fate_of(response);
    const supa_error *error = fate != SUPA_WRITER_WRITTEN ? supa_response_error(response) : NULL;

    forget_sent(writer, batch);
    if (error != NULL)
        count_failure(writer, error);
    note(writer, batch->first, batch->count, fate, error);
    put_away(writer, batch);
    supa_response_free(response);
}

static void wait_for_place(supa_writer *writer)
{
    while ((int64_t)writer->sent_count >= writer->options.in_flight &&
           supa_multi_poll(writer->multi, -1) >= 0)
        continue;
}

static void move_on(supa_writer *writer)
{
    writer->unmoved = 0;
    if (writer->sent_count != 0)
        supa_multi_poll(writer->multi, 0);
}

/* 0, or −1 when memory is gone. */
static int send_batch(supa_writer *writer, struct batch *batch)
{
    supa_query *q = batch_query(batch);

    if (q == NULL || supa_multi_add(writer->multi, q, answered, batch) == 0)
        return -1;
    batch->next = writer->sent;
    writer->sent = batch;
    writer->sent_count++;
    return 0;
}

/* What a writer that has stopped meanwhile does not send any more. */
static void send_open(supa_writer *writer)
{
    struct batch *batch = writer->open;

    if (batch == NULL)
        return;
    if (!writer->has_stopped)
        wait_for_place(writer);
    writer->open = NULL;
    if (!writer->has_stopped && send_batch(writer, batch) == 0) {
        move_on(writer);
        return;
    }
    if (!writer->has_stopped)
        stop_no_memory(writer);
    note(writer, batch->first, batch->count, SUPA_WRITER_UNSENT, &writer->error);
    put_away(writer, batch);
}

/* A row that cannot be sent. Those before it go out first, so that rows are noted in their order. */
static int refuse_row(supa_writer *writer, const supa_error *error)
{
    send_open(writer);
    if (writer->has_stopped)
        return (int)writer->error.code;
    if (reserve(writer) != 0) {
        stop_no_memory(writer);
        return SUPA_ERROR_NO_MEMORY;
    }
    count_failure(writer, error);
    note(writer, writer->taken++, 1, SUPA_WRITER_UNSENT, error);
    return (int)error->code;
}

static int refuse_text(supa_writer *writer, const char *mistake)
{
    supa_error error;

    error_argument(&error, "the row is not sent: %s", mistake);
    about(writer, &error);
    return refuse_row(writer, &error);
}

/* 0, or −1 when memory is gone. */
static int open_batch(supa_writer *writer, const struct batch_row *row)
{
    if (reserve(writer) != 0)
        return -1;
    writer->open = take_spare(writer);
    if (writer->open == NULL)
        return -1;
    if (batch_begin(writer->open, writer->q, writer->taken, row) == 0)
        return 0;
    put_away(writer, writer->open);
    writer->open = NULL;
    return -1;
}

static int add(supa_writer *writer, const struct batch_row *row)
{
    if (writer->open == NULL && open_batch(writer, row) != 0) {
        stop_no_memory(writer);
        return SUPA_ERROR_NO_MEMORY;
    }
    writer->taken++;
    if (batch_add(writer->open, row) != 0)
        stop_no_memory(writer);
    writer->unmoved += row->length;
    if (writer->has_stopped || batch_is_full(writer->open, &writer->options))
        send_open(writer);
    else if (writer->unmoved >= MOVE_BYTES)
        move_on(writer);
    return writer->has_stopped ? (int)writer->error.code : SUPA_OK;
}

/* The text of a row that was counted. */
static int take_row(supa_writer *writer, const char *json, size_t length)
{
    const struct batch_row row = {json, length, &writer->tape};
    struct json_error error;
    const char *mistake;

    switch (json_parse(&writer->tape, json, length, &error)) {
    case JSON_OK:
        mistake = batch_row_mistake(&row);
        break;
    case JSON_MALFORMED:
        mistake = "it is not valid JSON";
        break;
    default:
        stop_no_memory(writer);
        return SUPA_ERROR_NO_MEMORY;
    }
    if (mistake != NULL)
        return refuse_text(writer, mistake);
    if (writer->open != NULL && !batch_takes(writer->open, &writer->options, &row))
        send_open(writer);
    return writer->has_stopped ? (int)writer->error.code : add(writer, &row);
}

/* A row that supa_writer_set could not fill. */
static void refuse_set(supa_writer *writer, const supa_query *q)
{
    supa_error error = *supa_query_error(q);

    about(writer, &error);
    if (error.code == SUPA_ERROR_NO_MEMORY)
        stop(writer, &error);
    else
        refuse_row(writer, &error);
}

/* The row that supa_writer_set filled. */
static void finish_row(supa_writer *writer)
{
    supa_query *q = writer->row;

    writer->row = NULL;
    if (q == NULL || writer->has_stopped) {
        supa_query_free(q);
        return;
    }
    if (supa_query_error(q) == NULL) {
        buffer_putc(&q->rows, '}');
        if (buffer_failed(&q->rows))
            query_no_memory(q);
    }
    if (supa_query_error(q) == NULL)
        take_row(writer, buffer_text(&q->rows), q->rows.length);
    else
        refuse_set(writer, q);
    supa_query_free(q);
}

/* The code of why no row is taken any more, or 0. */
static int stopped(supa_writer *writer)
{
    supa_error error;

    if (!writer->has_stopped && process_check(writer->generation, "the writer", &error) != SUPA_OK)
        stop(writer, &error);
    return writer->has_stopped ? (int)writer->error.code : SUPA_OK;
}

static int is_none(const supa_writer *writer)
{
    return writer == NULL || writer == &none;
}

static int none_code(const supa_writer *writer)
{
    return writer == NULL ? SUPA_ERROR_ARGUMENT : SUPA_ERROR_NO_MEMORY;
}

/* The next row, by its number. 0, or why it is not taken. */
static int begin_row(supa_writer *writer)
{
    if (stopped(writer) == SUPA_OK)
        finish_row(writer);
    writer->rows++;
    return stopped(writer);
}

int supa_writer_row(supa_writer *writer)
{
    int code;

    if (is_none(writer))
        return none_code(writer);
    code = begin_row(writer);
    if (code == SUPA_OK)
        writer->row = supa_insert_row(query_fresh());
    return code;
}

int supa_writer_set(supa_writer *writer, const char *column, supa_value value)
{
    const supa_error *error;

    if (is_none(writer))
        return none_code(writer);
    if (stopped(writer) != SUPA_OK)
        return (int)writer->error.code;
    if (writer->row == NULL)
        return SUPA_ERROR_ARGUMENT;
    error = supa_query_error(supa_set(writer->row, column, value));
    return error != NULL ? (int)error->code : SUPA_OK;
}

int supa_writer_json(supa_writer *writer, const char *json, size_t length)
{
    int code;

    if (is_none(writer))
        return none_code(writer);
    code = begin_row(writer);
    if (code != SUPA_OK)
        return code;
    return json != NULL ? take_row(writer, json, length)
                        : refuse_text(writer, "the JSON text is NULL");
}

int supa_writer_flush(supa_writer *writer)
{
    if (is_none(writer))
        return none_code(writer);
    if (stopped(writer) == SUPA_OK)
        finish_row(writer);
    if (stopped(writer) == SUPA_OK)
        send_open(writer);
    if (writer->multi != NULL)
        supa_multi_run(writer->multi);
    return (int)writer->error.code;
}

const supa_error *supa_writer_error(const supa_writer *writer)
{
    return writer == NULL || writer->error.code == SUPA_OK ? NULL : &writer->error;
}

static const char *mistake_of(const supa_query *q)
{
    if (q->kind != QUERY_INSERT && q->kind != QUERY_UPSERT)
        return "the query is neither supa_insert(q, NULL) nor supa_upsert(q, NULL, …)";
    if (q->row_count != 0 || q->body != NULL || q->body_read != NULL)
        return "the query has rows of its own: give NULL for them";
    if (q->select.text != NULL || q->return_headers || q->count != SUPA_COUNT_NONE ||
        q->answer != ANSWER_ROWS || q->media != MEDIA_JSON || q->head || q->explain)
        return "what the query asks to get back has nowhere to go";
    if (q->rollback)
        return "rows that are undone (supa_rollback) are not written";
    if (q->split)
        return "supa_split is for reads";
    return q->target == NULL ? "the query is a template: supa_query_on binds it" : NULL;
}

static const char *options_mistake(supa_writer_options *options, const supa_writer_options *given)
{
    if (given != NULL && options_read(options, sizeof *options, given) != 0)
        return "the options do not begin with SUPA_WRITER_OPTIONS_INIT, or set something that this "
               "library does not know";
    if (options->in_flight < 1 || options->in_flight > IN_FLIGHT_MAX)
        return "in_flight is not one of 1 to 64";
    return NULL;
}

/* 0, or the code with @error filled in: there is no lane or no memory. */
static int open_multi(supa_writer *writer, supa_error *error)
{
    const supa_client *client = (const supa_client *)writer->q->target;
    struct lane *lane = NULL;
    struct reply reply;

    reply_init(&reply);
    if (transport_has_lanes(client->transport)) {
        lane = pool_borrow(client->endpoint.origin, &reply);
        if (lane == NULL)
            return error_set(error, reply.code, SUPA_NOT_SENT, "%s", reply.problem);
    }
    writer->multi = multi_over(lane, writer->options.in_flight);
    if (writer->multi != NULL)
        return SUPA_OK;
    if (lane != NULL)
        pool_give_back(lane);
    return error_no_memory(error);
}

static void begin(supa_writer *writer, const supa_writer_options *given)
{
    const supa_error *own = supa_query_error(writer->q);
    const char *mistake = options_mistake(&writer->options, given);
    supa_error error;

    if (own == NULL && mistake == NULL)
        mistake = mistake_of(writer->q);
    if (own != NULL)
        error = *own;
    else if (mistake != NULL)
        error_argument(&error, "supa_writer_open: %s", mistake);
    else if (
        process_check(((const supa_client *)writer->q->target)->generation, "the client", &error) ==
            SUPA_OK &&
        open_multi(writer, &error) == SUPA_OK)
        return;
    about(writer, &error);
    stop(writer, &error);
}

supa_writer *supa_writer_open(supa_query *q, const supa_writer_options *options)
{
    const supa_writer_options defaults = SUPA_WRITER_OPTIONS_INIT;
    supa_writer *writer = memory_zero(sizeof *writer);

    if (writer != NULL) {
        writer->q = q != NULL ? q : query_null();
        writer->options = defaults;
        writer->generation = process_generation();
        if (account_reserve(&writer->account, 1) == 0) {
            begin(writer, options);
            return writer;
        }
    }
    memory_free(writer);
    supa_query_free(q);
    return writer_no_memory();
}

/* In a child of fork nobody calls back for what the parent has sent. */
static void disown(supa_writer *writer)
{
    struct batch *batch;

    while ((batch = writer->sent) != NULL) {
        forget_sent(writer, batch);
        note(writer, batch->first, batch->count, SUPA_WRITER_UNKNOWN, &writer->error);
        put_away(writer, batch);
    }
}

static void free_writer(supa_writer *writer)
{
    supa_multi_free(writer->multi);
    supa_query_free(writer->row);
    supa_query_free(writer->q);
    while (writer->spare != NULL) {
        struct batch *next = writer->spare->next;

        batch_free(writer->spare);
        writer->spare = next;
    }
    account_free(&writer->account);
    json_tape_free(&writer->tape);
    memory_free(writer);
}

/* All rows meet their fate. */
static void settle(supa_writer *writer)
{
    supa_writer_flush(writer);
    disown(writer);
    send_open(writer);
    note(writer, writer->taken, writer->rows - writer->taken, SUPA_WRITER_UNSENT, &writer->error);
}

int supa_writer_close(supa_writer *writer, supa_writer_report *report)
{
    int code = SUPA_OK;

    if (report != NULL)
        memset(report, 0, sizeof *report);
    if (writer == NULL)
        return code;
    if (writer != &none)
        settle(writer);
    code = (int)writer->error.code;
    if (report != NULL)
        report->error = writer->error;
    if (writer == &none)
        return code;
    if (report != NULL)
        account_report(&writer->account, report);
    free_writer(writer);
    return code;
}

void supa_writer_report_clear(supa_writer_report *report)
{
    if (report == NULL)
        return;
    memory_free(report->ranges);
    memset(report, 0, sizeof *report);
}
