/* SPDX-License-Identifier: MIT */
/* Streams, pages, lines of CSV, many at once, an event loop, and the writer. */
#include "sweep.h"

#include <poll.h>
#include <string.h>

static supa_query *list(struct place *place)
{
    return supa_select(supa_from(place->client, "products"), "id,name");
}

static int read_all(supa_rows *rows, size_t wanted, supa_error *error)
{
    size_t count = 0;
    supa_row row;
    int code;

    while (supa_rows_next(rows, &row))
        count++;
    if (supa_rows_error(rows) != NULL)
        *error = *supa_rows_error(rows);
    code = supa_rows_close(rows, error);
    return code == SUPA_OK && count != wanted ? SWEEP_WRONG : code;
}

static int stream(struct place *place, supa_error *error)
{
    return read_all(supa_rows_open(list(place)), 3, error);
}

static int pages(struct place *place, supa_error *error)
{
    return read_all(supa_pages(list(place), 3, "id"), 4, error);
}

static int lines(struct place *place, supa_error *error)
{
    supa_lines *lines = supa_lines_open(supa_csv(list(place)));
    const char *text = "", *name;
    size_t count = 0, length;
    int code, is_right = 1;

    while (supa_lines_next(lines)) {
        count++;
        is_right &= supa_lines_field(lines, 1, &text, &length) == SUPA_FIELD_VALUE;
        is_right &= supa_lines_raw(lines, &length)[0] != '\0';
        is_right &= supa_lines_name(lines, 0, &name, &length) == SUPA_FIELD_VALUE;
    }
    code = supa_lines_close(lines, error);
    return code == SUPA_OK && (count != 2 || !is_right) ? SWEEP_WRONG : code;
}

struct told {
    size_t ok, failed, rows;
    int pauses, is_paused; /* after the first row */
    supa_error error;
};

static void done(void *user, supa_response *response)
{
    struct told *told = user;

    if (supa_response_ok(response))
        told->ok++;
    else
        told->failed++, told->error = *supa_response_error(response);
    supa_response_free(response);
}

static int on_row(void *user, supa_row row)
{
    struct told *told = user;

    (void)row;
    told->is_paused = told->pauses && told->rows == 0;
    told->rows++;
    return told->is_paused ? SUPA_ROWS_PAUSE : SUPA_ROWS_GO_ON;
}

/* All that were taken have been told of; the first failure. */
static int settle(const struct told *told, size_t taken, size_t wanted, supa_error *error)
{
    if (told->ok + told->failed != taken)
        return SWEEP_WRONG;
    if (told->failed > 0) {
        *error = told->error;
        return told->error.code;
    }
    return taken == wanted ? SUPA_OK : SUPA_ERROR_NO_MEMORY;
}

static size_t add(supa_multi *multi, struct place *place, struct told *told)
{
    size_t taken = 0;

    taken += supa_multi_add(multi, list(place), done, told) != 0;
    taken += supa_multi_rows(multi, list(place), on_row, done, told) != 0;
    taken += supa_multi_add(multi, list(place), done, told) != 0;
    return taken;
}

static int run_multi(struct place *place, const supa_multi_options *options, supa_error *error)
{
    supa_multi *multi = supa_multi_new(options, error);
    struct told told = {0};
    size_t taken;
    int code;

    if (multi == NULL)
        return error->code;
    taken = add(multi, place, &told);
    if (supa_multi_run(multi) != 0)
        told.failed += 100;
    code = settle(&told, taken, 3, error);
    supa_multi_free(multi);
    return code == SUPA_OK && told.rows != 3 ? SWEEP_WRONG : code;
}

static int multi(struct place *place, supa_error *error)
{
    return run_multi(place, NULL, error);
}

static int brief(struct place *place, supa_error *error)
{
    supa_multi_options options = SUPA_MULTI_OPTIONS_INIT;

    options.is_brief = 1;
    return run_multi(place, &options, error);
}

static int paused(struct place *place, supa_error *error)
{
    supa_multi *multi = supa_multi_new(NULL, error);
    struct told told = {.pauses = 1};
    uint64_t ticket;
    int code;

    if (multi == NULL)
        return error->code;
    ticket = supa_multi_rows(multi, list(place), on_row, done, &told);
    while (supa_multi_count(multi) > 0 && supa_multi_poll(multi, told.is_paused ? 0 : 1000) >= 0) {
        if (told.is_paused && supa_multi_resume(multi, ticket) == 0)
            told.is_paused = 0;
    }
    code = settle(&told, ticket != 0, 1, error);
    supa_multi_free(multi);
    return code == SUPA_OK && told.rows != 3 ? SWEEP_WRONG : code;
}

static int multi_write(struct place *place, supa_error *error)
{
    supa_multi *multi = supa_multi_new(NULL, error);
    struct told told = {0};
    size_t taken;
    int code;

    if (multi == NULL)
        return error->code;
    taken = supa_multi_add(
                multi, supa_insert(supa_from(place->client, "products"), "{\"a\":1}"), done,
                &told) != 0;
    while (supa_multi_poll(multi, 1000) > 0)
        continue;
    code = settle(&told, taken, 1, error);
    supa_multi_free(multi);
    return code;
}

/* Cancelled and freed before the end: all are told. */
static int cut_short(struct place *place, supa_error *error)
{
    supa_multi *multi = supa_multi_new(NULL, error);
    struct told told = {0};
    uint64_t ticket;
    size_t taken;

    if (multi == NULL)
        return error->code;
    taken = add(multi, place, &told);
    ticket = supa_multi_add(multi, list(place), done, &told);
    taken += ticket != 0;
    supa_multi_poll(multi, 0);
    supa_multi_wakeup(multi);
    if (ticket != 0)
        supa_multi_cancel(multi, ticket);
    supa_multi_free(multi);
    if (told.ok + told.failed != taken)
        return SWEEP_WRONG;
    return taken == 4 ? SUPA_OK : SUPA_ERROR_NO_MEMORY;
}

struct loop {
    struct pollfd polled[16];
    size_t count;
    int64_t ms;
};

static void on_socket(void *user, int fd, int events)
{
    struct loop *loop = user;
    size_t i = 0;

    while (i < loop->count && loop->polled[i].fd != fd)
        i++;
    if (events == SUPA_MULTI_NONE) {
        if (i < loop->count)
            loop->polled[i] = loop->polled[--loop->count];
        return;
    }
    if (i == loop->count && i < 16)
        loop->count++;
    loop->polled[i] = (struct pollfd){
        fd,
        (short)((events & SUPA_MULTI_READ ? POLLIN : 0) | (events & SUPA_MULTI_WRITE ? POLLOUT : 0)),
        0};
}

static void on_timer(void *user, int64_t ms)
{
    ((struct loop *)user)->ms = ms;
}

static void turn(struct loop *loop, supa_multi *multi)
{
    struct pollfd now[16];
    size_t count = loop->count;
    int ms = loop->ms < 0 || loop->ms > 1000 ? 1000 : (int)loop->ms;

    memcpy(now, loop->polled, sizeof now);
    if (poll(now, (nfds_t)count, ms) == 0) {
        supa_multi_timeout(multi);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        int events = (now[i].revents & POLLIN ? SUPA_MULTI_READ : 0) |
                     (now[i].revents & POLLOUT ? SUPA_MULTI_WRITE : 0);

        if (now[i].revents != 0)
            supa_multi_socket(multi, now[i].fd, events);
    }
}

static int event_loop(struct place *place, supa_error *error)
{
    supa_multi *multi = supa_multi_new(NULL, error);
    struct loop loop = {.ms = -1};
    struct told told = {0};
    size_t taken;
    int code;

    if (multi == NULL)
        return error->code;
    if (supa_multi_hooks(multi, on_socket, on_timer, &loop) != 0) {
        supa_multi_free(multi);
        return SUPA_ERROR_NO_MEMORY;
    }
    taken = add(multi, place, &told);
    for (int turns = 0; supa_multi_count(multi) > 0 && turns < 1000; turns++)
        turn(&loop, multi);
    code = settle(&told, taken, 3, error);
    supa_multi_free(multi);
    return code;
}

/* Batches of two: five rows. The account is of the same rows whatever fails. */
static int write_rows(struct place *place, supa_error *error)
{
    supa_writer_options options = SUPA_WRITER_OPTIONS_INIT;
    supa_writer_report report = {0};
    supa_writer *writer;
    int64_t given = 0;
    int code, is_exact;

    options.batch_rows = 2;
    options.in_flight = 1;
    writer = supa_writer_open(supa_insert(supa_from(place->client, "products"), NULL), &options);
    for (int i = 0; i < 4 && supa_writer_error(writer) == NULL; i++, given++) {
        supa_writer_row(writer);
        supa_writer_set(writer, "name", supa_text("a\"b"));
    }
    if (supa_writer_error(writer) == NULL) {
        supa_writer_json(writer, "{\"name\":\"z\"}", 12);
        supa_writer_flush(writer);
    }
    code = supa_writer_close(writer, &report);
    *error = report.error;
    is_exact = report.rows == report.written + report.refused + report.unknown + report.unsent &&
               (code != SUPA_OK || report.written == 5);
    supa_writer_report_clear(&report);
    return is_exact ? code : SWEEP_WRONG;
}

static void leased(void *user, supa_client *client, const supa_error *error)
{
    struct told *told = user;

    if (client != NULL)
        told->ok++;
    else
        told->failed++, told->error = *error;
    supa_client_unref(client);
}

/* A store by its id, twice, and by its host. */
static int lease_many(struct place *place, supa_error *error)
{
    supa_multi *multi = supa_multi_new(NULL, error);
    struct told told = {0};
    size_t taken = 0;
    int code;

    if (multi == NULL)
        return error->code;
    supa_manager_forget(place->manager, NULL);
    taken += supa_multi_lease(multi, place->manager, SWEEP_STORE, leased, &told) != 0;
    taken +=
        supa_multi_lease_by(
            multi, place->manager, SWEEP_STORE, supa_deadline_in(20000), NULL, leased, &told) != 0;
    taken += supa_multi_lease_host(multi, place->manager, "shop.example.com", leased, &told) != 0;
    taken += supa_multi_lease_host_by(
                 multi, place->manager, "shop.example.com", supa_deadline_in(20000), NULL, leased,
                 &told) != 0;
    if (supa_multi_run(multi) != 0)
        told.failed += 100;
    code = settle(&told, taken, 4, error);
    supa_multi_free(multi);
    return code;
}

static const struct server_answer rows[] = {
    {"select=id,name&order", 200, NULL, "[{\"id\":7,\"name\":\"\\n\"}]"},
    SWEEP_JSON("POST ", "[{\"id\":7}]"),
    SWEEP_JSON(
        "GET ", "[{\"id\":1,\"name\":\"\\n\"},{\"id\":2,\"name\":\"b\"},{\"id\":3,\"name\":null}]"),
    SWEEP_END,
};
static const struct server_answer paged[] = {
    SWEEP_JSON("id=gt.3", "[{\"id\":4,\"name\":\"\\n\"}]"),
    SWEEP_JSON("id=gt.4", "[]"),
    SWEEP_JSON(
        "GET ", "[{\"id\":1,\"name\":\"\\n\"},{\"id\":2,\"name\":\"b\"},{\"id\":3,\"name\":null}]"),
    SWEEP_END,
};
static const struct server_answer csv[] = {
    {"GET ", 200, "Content-Type: text/csv\r\n", "id,name\n1,\"a\"\"b\"\n2,c\n"},
    SWEEP_END,
};
static const struct server_answer hosts[] = {
    SWEEP_JSON(
        "GET /rest/v1/store_hostnames",
        "[{\"id\":\"" SWEEP_OTHER "\",\"store_id\":\"" SWEEP_STORE
        "\",\"hostname\":\"shop.example.com\",\"is_active\":true,\"is_redirect\":false,"
        "\"redirect_to\":null}]"),
    SWEEP_JSON("GET /rest/v1/custom_domains_lookup", "[]"),
    SWEEP_END,
};

static const struct scenario all[] = {
    {"a stream", NEEDS_CLIENT, stream, rows, 0, 0},
    {"pages", NEEDS_CLIENT, pages, paged, 0, 0},
    {"lines of CSV", NEEDS_CLIENT, lines, csv, 0, 0},
    {"a multi", NEEDS_CLIENT, multi, rows, 0, 0},
    {"rows that are paused", NEEDS_CLIENT, paused, rows, 0, 0},
    {"a brief multi", NEEDS_CLIENT, brief, rows, 0, 0},
    {"a write by a multi", NEEDS_CLIENT, multi_write, rows, 1, 0},
    {"a multi that is cut short", NEEDS_CLIENT, cut_short, rows, 0, 0},
    {"an event loop", NEEDS_CLIENT, event_loop, rows, 0, SWEEP_NOT_CURL},
    {"a writer", NEEDS_CLIENT, write_rows, rows, 3, SWEEP_FLOW},
    {"leases by a multi", NEEDS_MANAGER, lease_many, hosts, 0, 0},
};

const struct scenarios sweep_many = SCENARIOS("many", all);
