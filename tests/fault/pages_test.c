/* SPDX-License-Identifier: MIT */
/* Pages of a table that changes while it is read. The server is one of its own: a table of ids that
 * answers "id=gt.N&limit=M" as PostgREST does. */
#include "ask.h"
#include "peer_socket.h"
#include "peer_thread.h"

#include <CUnit/CUnit.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IDS = 3000, PAGE = 100, LINE = 32 };

struct table {
    pthread_mutex_t lock;
    unsigned char is_there[IDS];
    int listener;
    size_t requests;
    pthread_t thread;
};

/* The rows behind @after in the order of ids, at most @limit. */
static size_t write_rows(struct table *table, long after, long limit, char *out)
{
    size_t length = 0;

    out[length++] = '[';
    pthread_mutex_lock(&table->lock);
    table->requests++;
    for (long id = after + 1; id < IDS && limit > 0; id++) {
        if (!table->is_there[id])
            continue;
        length += (size_t)sprintf(out + length, "%s{\"id\":%ld}", length > 1 ? "," : "", id);
        limit--;
    }
    pthread_mutex_unlock(&table->lock);
    out[length++] = ']';
    return length;
}

static long number_behind(const char *text, const char *name, long otherwise)
{
    const char *at = strstr(text, name);

    return at != NULL ? strtol(at + strlen(name), NULL, 10) : otherwise;
}

static void answer(struct table *table, int fd, const char *request)
{
    static char body[IDS * LINE];
    char head[200];
    size_t length = write_rows(
        table, number_behind(request, "id=gt.", -1), number_behind(request, "limit=", IDS), body);
    int n = snprintf(
        head, sizeof head,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", length);

    send(fd, head, (size_t)n, MSG_NOSIGNAL | MSG_MORE);
    send(fd, body, length, MSG_NOSIGNAL);
}

/* A request of the library's arrives whole: it has no body. */
static void *serve(void *argument)
{
    struct table *table = argument;
    struct pollfd ready = {table->listener, POLLIN, 0};
    char request[4096];
    int fd;

    while (poll(&ready, 1, -1) > 0 && (fd = accept(table->listener, NULL, NULL)) >= 0) {
        ssize_t length;

        while ((length = recv(fd, request, sizeof request - 1, 0)) > 0) {
            request[length] = '\0';
            answer(table, fd, request);
        }
        close(fd);
    }
    return NULL;
}

static void change(struct table *table, long id, int is_there)
{
    pthread_mutex_lock(&table->lock);
    table->is_there[id] = (unsigned char)is_there;
    pthread_mutex_unlock(&table->lock);
}

/* Every third id stays; beside them, rows come and go wherever the reader is. */
static void each_row_comes_once_while_others_come_and_go(void)
{
    static struct table table;
    static unsigned char seen[IDS];
    char url[40] = "";
    supa_client_options options = ask_options(url, NULL);
    supa_client *client;
    supa_rows *rows;
    supa_row row;
    int64_t last = -1, id = 0;
    size_t n = 0, wrong = 0, missing = 0;

    pthread_mutex_init(&table.lock, NULL);
    table.listener = peer_socket_listening(1, 16);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", peer_socket_port(table.listener));
    for (long i = 0; i < IDS; i += 3)
        table.is_there[i] = 1;
    CU_ASSERT_EQUAL_FATAL(peer_thread_start(&table.thread, serve, &table), 0);
    client = ask_client(&options);
    rows = supa_pages(ask_read(client), PAGE, "id");
    while (supa_rows_next(rows, &row)) {
        CU_ASSERT_EQUAL(supa_row_int64(row, "id", &id), SUPA_FIELD_VALUE);
        wrong += id <= last || seen[id]++ != 0;
        last = id;
        change(
            &table, (long)(n * 7919 % (IDS / 3)) * 3 + 1, 1); /* ahead of the reader and behind */
        change(&table, (long)(n * 104729 % (IDS / 3)) * 3 + 1, 0);
        n++;
    }
    CU_ASSERT_EQUAL(supa_rows_close(rows, NULL), SUPA_OK);
    for (long i = 0; i < IDS; i += 3)
        missing += !seen[i];
    printf(
        "\n    %zu rows in %zu pages: %zu twice or out of order, %zu missing of %d", n,
        table.requests, wrong, missing, IDS / 3);
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(missing, 0);
    CU_ASSERT(n > IDS / 3); /* some of those that came meanwhile */
    supa_client_unref(client);
    shutdown(table.listener, SHUT_RDWR);
    pthread_join(table.thread, NULL);
    close(table.listener);
    pthread_mutex_destroy(&table.lock);
}

CU_TestInfo pages_tests[] = {
    {"each row of a table comes once while others come and go",
     each_row_comes_once_while_others_come_and_go},
    CU_TEST_INFO_NULL,
};
