/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 60, INPUT = 65536, OUTPUT = 65536 };

#define JSON "Content-Type: application/json\r\n"

struct connection {
    int fd;
    size_t used;     /* of input */
    size_t complete; /* bytes of a request that is whole; 0: none is */
    char input[INPUT];
};

static struct connection connections[CONNECTIONS];
static int listener = -1, ends[2] = {-1, -1};
static struct sockaddr_in address;
static char url[64];
static pthread_t thread;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static const struct server_answer *answers;
static size_t requests, writes;
static atomic_int open_count;

static size_t body_length(const char *head)
{
    const char *line = strstr(head, "\r\nContent-Length:");

    return line != NULL ? (size_t)atol(line + 17) : 0;
}

static int is_chunked(const char *head)
{
    return strstr(head, "\r\nTransfer-Encoding: chunked") != NULL;
}

/* The bytes of the first request when it is whole, else 0. */
static size_t whole(struct connection *one)
{
    const char *end;
    size_t head, total;

    one->input[one->used] = '\0';
    end = strstr(one->input, "\r\n\r\n");
    if (end == NULL)
        return 0;
    head = (size_t)(end - one->input) + 4;
    if (is_chunked(one->input)) {
        const char *last = strstr(end, "\r\n0\r\n\r\n");

        return last != NULL ? (size_t)(last - one->input) + 7 : 0;
    }
    total = head + body_length(one->input);
    return total <= one->used ? total : 0;
}

static void count(struct connection *one)
{
    one->complete = whole(one);
    if (one->complete == 0)
        return;
    pthread_mutex_lock(&mutex);
    requests++;
    writes += strncmp(one->input, "GET ", 4) != 0 && strncmp(one->input, "HEAD ", 5) != 0 &&
              strncmp(one->input, "OPTIONS ", 8) != 0;
    pthread_mutex_unlock(&mutex);
}

static const struct server_answer *find(const char *line)
{
    static const struct server_answer row = {"", 200, NULL, "[{\"id\":7,\"name\":\"a\\nb\"}]"};
    const struct server_answer *one;

    pthread_mutex_lock(&mutex);
    one = answers;
    pthread_mutex_unlock(&mutex);
    while (one != NULL && one->match != NULL && strstr(line, one->match) == NULL)
        one++;
    return one != NULL && one->match != NULL ? one : &row;
}

static void shut(struct connection *one)
{
    close(one->fd);
    open_count--;
    one->fd = -1;
    one->used = one->complete = 0;
}

static void answer(struct connection *one)
{
    static char output[OUTPUT];
    const struct server_answer *it;
    char line[2048];
    int length, is_head = strncmp(one->input, "HEAD ", 5) == 0;

    snprintf(line, sizeof line, "%.*s", (int)strcspn(one->input, "\r"), one->input);
    it = find(line);
    length = snprintf(
        output, sizeof output,
        "HTTP/1.1 %d It\r\n%sDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: %zu\r\n\r\n%s",
        it->status, it->headers != NULL ? it->headers : JSON, strlen(it->body),
        is_head ? "" : it->body);
    memmove(one->input, one->input + one->complete, one->used - one->complete);
    one->used -= one->complete;
    if (send(one->fd, output, (size_t)length, MSG_NOSIGNAL) != length)
        shut(one);
    else
        count(one);
}

static void take(struct connection *one)
{
    ssize_t n = recv(one->fd, one->input + one->used, INPUT - 1 - one->used, 0);

    if (n <= 0) {
        shut(one);
        return;
    }
    one->used += (size_t)n;
    if (one->complete == 0)
        count(one);
}

static void greet(void)
{
    int fd = accept(listener, NULL, NULL), on = 1;

    for (size_t i = 0; fd >= 0 && i < CONNECTIONS; i++) {
        if (connections[i].fd >= 0)
            continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections[i].fd = fd;
        open_count++;
        return;
    }
    if (fd >= 0)
        close(fd);
}

/* All that has come is counted before any of it is answered. */
static void serve_round(const struct pollfd *polled)
{
    for (size_t i = 0; i < CONNECTIONS; i++) {
        if (connections[i].fd >= 0 && polled[i].revents != 0)
            take(&connections[i]);
    }
    for (size_t i = 0; i < CONNECTIONS; i++) {
        while (connections[i].fd >= 0 && connections[i].complete != 0)
            answer(&connections[i]);
    }
}

static void *serve(void *user)
{
    struct pollfd polled[CONNECTIONS + 2];

    (void)user;
    for (;;) {
        for (size_t i = 0; i < CONNECTIONS; i++)
            polled[i] = (struct pollfd){connections[i].fd, POLLIN, 0};
        polled[CONNECTIONS] = (struct pollfd){listener, POLLIN, 0};
        polled[CONNECTIONS + 1] = (struct pollfd){ends[0], POLLIN, 0};
        if (poll(polled, CONNECTIONS + 2, -1) < 0)
            continue;
        if (polled[CONNECTIONS + 1].revents != 0)
            return NULL;
        serve_round(polled);
        if (polled[CONNECTIONS].revents != 0)
            greet();
    }
}

static int listen_somewhere(void)
{
    socklen_t size = sizeof address;

    address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 ||
        listen(listener, 64) != 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return -1;
    snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(address.sin_port));
    return 0;
}

int server_start(void)
{
    sigset_t all, before;
    int result;

    for (size_t i = 0; i < CONNECTIONS; i++)
        connections[i].fd = -1;
    if (listen_somewhere() != 0 || pipe(ends) != 0)
        return -1;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    result = pthread_create(&thread, NULL, serve, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result == 0 ? 0 : -1;
}

void server_stop(void)
{
    close(ends[1]);
    pthread_join(thread, NULL);
    close(ends[0]);
    close(listener);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        if (connections[i].fd >= 0)
            shut(&connections[i]);
    }
}

const char *server_url(void)
{
    return url;
}

void server_answer(const struct server_answer *table)
{
    pthread_mutex_lock(&mutex);
    answers = table;
    requests = writes = 0;
    pthread_mutex_unlock(&mutex);
}

/* Who connected before is accepted before. */
void server_settle(void)
{
    static const char request[] = "GET /settle HTTP/1.1\r\n\r\n";
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timespec moment = {0, 20000};
    char answered[1024];

    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0)
        while (recv(fd, answered, sizeof answered, 0) < 0)
            continue;
    close(fd);
    for (int i = 0; open_count > 0 && i < 100000; i++)
        nanosleep(&moment, NULL);
}

static size_t read_count(const size_t *number)
{
    size_t value;

    pthread_mutex_lock(&mutex);
    value = *number;
    pthread_mutex_unlock(&mutex);
    return value;
}

size_t server_requests(void)
{
    return read_count(&requests);
}

size_t server_writes(void)
{
    return read_count(&writes);
}
