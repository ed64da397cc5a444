/* SPDX-License-Identifier: MIT */
/* What a server writes on a connection, whatever it is, through libcurl to the last row. The input: two
 * bytes that choose (what is asked, and where the bytes are parted), and the bytes of the connection. */
#include "fuzz.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/supa.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BODY_MAX  100000
#define ROWS_MOST 100000 /* that fit into any input */

const char *const fuzz_name = "path";

static const char key[] = "service-key-0123456789abcdef";
static const char *const secrets[] = {key, NULL};

/* The server: one connection after the other gets the same bytes, and is closed. */
static struct {
    int listener;
    pthread_mutex_t mutex;
    const char *bytes;
    size_t length, parted;
} server = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static supa_client *client;

static void send_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        bytes += sent;
        length -= (size_t)sent;
    }
}

/* Up to the empty line; bodies of a few bytes come with it, or are left unread. */
static int read_request(int fd)
{
    char bytes[4096];
    size_t length = 0;

    while (length < sizeof bytes) {
        ssize_t got = recv(fd, bytes + length, sizeof bytes - length, 0);

        if (got <= 0)
            return 0;
        length += (size_t)got;
        if (memmem(bytes, length, "\r\n\r\n", 4) != NULL)
            return 1;
    }
    return 1;
}

static void *serve(void *user)
{
    (void)user;
    for (;;) {
        int fd = accept(server.listener, NULL, NULL);

        if (fd < 0)
            continue;
        if (read_request(fd)) {
            char rest[4096];

            pthread_mutex_lock(&server.mutex);
            send_all(fd, server.bytes, server.parted);
            if (server.parted != 0)
                usleep(50);
            send_all(fd, server.bytes + server.parted, server.length - server.parted);
            pthread_mutex_unlock(&server.mutex);
            shutdown(fd, SHUT_WR);
            while (recv(fd, rest, sizeof rest, MSG_DONTWAIT) > 0)
                continue;
        }
        close(fd);
    }
    return NULL;
}

static char path[sizeof((struct sockaddr_un *)0)->sun_path];

static void remove_socket(void)
{
    unlink(path);
}

static void start(void)
{
    static const char url[] = "http://db.example.com";
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    pthread_t thread;

    snprintf(address.sun_path, sizeof address.sun_path, "/tmp/supa-fuzz.%d", (int)getpid());
    unlink(address.sun_path);
    server.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    FUZZ_REQUIRE(bind(server.listener, (struct sockaddr *)&address, sizeof address) == 0);
    FUZZ_REQUIRE(listen(server.listener, 64) == 0);
    FUZZ_REQUIRE(pthread_create(&thread, NULL, serve, NULL) == 0);
    strcpy(path, address.sun_path);
    atexit(remove_socket);
    options.url = url;
    options.unix_socket = path;
    options.allow_plain_http = 1;
    options.key = key;
    options.retries = 0;
    options.max_response = BODY_MAX;
    options.timeout_ms = 8000;
    client = supa_client_new(&options, NULL);
    FUZZ_REQUIRE(client != NULL);
}

static void check_response(supa_response *response, int reads)
{
    size_t length;
    const supa_error *error = supa_response_error(response);

    supa_response_body(response, &length);
    FUZZ_REQUIRE(length <= BODY_MAX);
    FUZZ_REQUIRE(supa_response_ok(response) == (error == NULL));
    if (error != NULL)
        fuzz_check_error(error, secrets);
    else
        FUZZ_REQUIRE(supa_response_status(response) >= 200 && supa_response_status(response) < 300);
    /* The request has arrived: nobody may say that a write was not sent. */
    if (error != NULL && !reads && error->code != SUPA_ERROR_TIMEOUT)
        FUZZ_REQUIRE(error->outcome != SUPA_NOT_SENT);
    FUZZ_REQUIRE(supa_response_row_count(response) <= length);
    supa_response_free(response);
}

static void check_rows(supa_rows *rows)
{
    supa_row row;
    supa_error error;
    size_t count = 0;
    int64_t id;

    while (supa_rows_next(rows, &row)) {
        supa_row_int64(row, "id", &id);
        count++;
    }
    FUZZ_REQUIRE(count < ROWS_MOST);
    if (supa_rows_close(rows, &error) != SUPA_OK)
        fuzz_check_error(&error, secrets);
}

static void ask(unsigned how)
{
    supa_query *q = supa_from(client, "t");

    switch (how % 6) {
    case 0:
        check_response(supa_execute(supa_select(q, "*")), 1);
        break;
    case 1:
        check_response(supa_execute(supa_insert(q, "{\"a\":1}")), 0);
        break;
    case 2:
        check_rows(supa_rows_open(supa_select(q, "*")));
        break;
    case 3:
        check_response(supa_execute(supa_count(supa_head(q), SUPA_COUNT_EXACT)), 1);
        break;
    case 4:
        check_response(supa_execute(supa_csv(q)), 1);
        break;
    default:
        check_response(supa_execute(supa_maybe_single(q)), 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    unsigned how = fuzz_byte(&bytes), parted = fuzz_byte(&bytes);

    if (client == NULL)
        start();
    pthread_mutex_lock(&server.mutex);
    server.bytes = bytes.at;
    server.length = (size_t)(bytes.end - bytes.at);
    server.parted = parted < server.length ? parted : server.length;
    pthread_mutex_unlock(&server.mutex);
    ask(how);
    pthread_mutex_lock(&server.mutex); /* whoever is still being served has its bytes */
    server.length = server.parted = 0;
    pthread_mutex_unlock(&server.mutex);
    return 0;
}
