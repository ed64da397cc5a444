/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include "crowd_host.h"
#include "peer_thread.h"
#include "timing.h"

#include <fcntl.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* 127.0.0.1 is the scripted peers'. */
enum { FIRST_ADDRESS = 2, EVENTS = 64 };

struct crowd {
    struct crowd_origin origins[CROWD_MOST];
    size_t count;
    int idle_ms;
    int epoll;
    int stop[2];                          /* a pipe; closing its writing end wakes the thread */
    struct crowd_connection *connections; /* the thread's */
    size_t waiting;
    pthread_t thread;
    int serving;          /* the thread exists */
    pthread_mutex_t lock; /* of the sums and the origins' counts */
    size_t sums[CROWD_SUMS];
};

const char *crowd_url(const struct crowd *crowd, size_t i)
{
    return crowd->origins[i].url;
}

int crowd_port(const struct crowd *crowd, size_t i)
{
    return crowd->origins[i].port;
}

const char *crowd_body(const struct crowd *crowd, size_t i)
{
    return crowd->origins[i].body;
}

size_t crowd_count(struct crowd *crowd, size_t i, enum crowd_count count)
{
    size_t n;

    pthread_mutex_lock(&crowd->lock);
    n = crowd->origins[i].counts[count];
    pthread_mutex_unlock(&crowd->lock);
    return n;
}

size_t crowd_sum(struct crowd *crowd, enum crowd_sum sum)
{
    size_t n;

    pthread_mutex_lock(&crowd->lock);
    n = crowd->sums[sum];
    pthread_mutex_unlock(&crowd->lock);
    return n;
}

static void raise_to(size_t *most, size_t n)
{
    if (*most < n)
        *most = n;
}

static void count_accepted(struct crowd *crowd, struct crowd_origin *origin)
{
    pthread_mutex_lock(&crowd->lock);
    origin->counts[CROWD_ACCEPTED]++;
    raise_to(&crowd->sums[CROWD_MOST_OPEN], ++crowd->sums[CROWD_OPEN]);
    pthread_mutex_unlock(&crowd->lock);
}

static void count_closed(struct crowd *crowd, int idle)
{
    pthread_mutex_lock(&crowd->lock);
    crowd->sums[CROWD_OPEN]--;
    crowd->sums[CROWD_IDLE_CLOSED] += idle != 0;
    pthread_mutex_unlock(&crowd->lock);
}

static void count_waiting(struct crowd *crowd)
{
    crowd->waiting++;
    pthread_mutex_lock(&crowd->lock);
    raise_to(&crowd->sums[CROWD_MOST_WAITING], crowd->waiting);
    pthread_mutex_unlock(&crowd->lock);
}

/* Before the answer leaves: who has it finds it counted. */
static void count_answered(struct crowd *crowd, struct crowd_origin *origin)
{
    crowd->waiting--;
    pthread_mutex_lock(&crowd->lock);
    origin->counts[CROWD_ANSWERED]++;
    crowd->sums[CROWD_ALL_ANSWERED]++;
    pthread_mutex_unlock(&crowd->lock);
}

static void watch(struct crowd *crowd, int operation, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data = {.ptr = what}};

    epoll_ctl(crowd->epoll, operation, fd, &event);
}

static void drop(struct crowd *crowd, struct crowd_connection *connection, int idle)
{
    if (crowd_connection_waits(connection))
        crowd->waiting--;
    if (connection->next != NULL)
        connection->next->before = connection->before;
    if (connection->before != NULL)
        connection->before->next = connection->next;
    else
        crowd->connections = connection->next;
    count_closed(crowd, idle);
    watch(crowd, EPOLL_CTL_DEL, connection->fd, 0, NULL); /* a child of fork may hold it open */
    crowd_connection_free(connection);
}

/* A mute host's clients are not watched: whatever they do stays in the kernel. */
static void accept_one(struct crowd *crowd, struct crowd_origin *origin)
{
    int fd = accept4(origin->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct crowd_connection *connection;
    int on = 1;

    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection = crowd_connection_new(origin, fd, timing_now_ms());
    if (connection == NULL)
        return;
    connection->next = crowd->connections;
    if (connection->next != NULL)
        connection->next->before = connection;
    crowd->connections = connection;
    count_accepted(crowd, origin);
    if (origin->is.kind == CROWD_ALIVE)
        watch(crowd, EPOLL_CTL_ADD, fd, EPOLLIN, connection);
}

/* 0, or −1 when the connection is gone. */
static int answer(struct crowd *crowd, struct crowd_connection *connection, long now)
{
    count_answered(crowd, connection->origin);
    if (crowd_connection_answer(connection, now) == 0)
        return 0;
    drop(crowd, connection, 0);
    return -1;
}

/* While it waits for its answer, only its end is of interest. */
static void read_some(struct crowd *crowd, struct crowd_connection *connection)
{
    long now = timing_now_ms();

    if (crowd_connection_waits(connection) || crowd_connection_read(connection, now) != 0) {
        drop(crowd, connection, 0);
        return;
    }
    if (!crowd_connection_waits(connection))
        return;
    count_waiting(crowd);
    if (connection->origin->is.delay_ms == 0)
        answer(crowd, connection, now);
    else
        watch(crowd, EPOLL_CTL_MOD, connection->fd, EPOLLRDHUP, connection);
}

/* Until the connection's answer is due, or its end because it is idle; LONG_MAX: nothing is. */
static long left(const struct crowd *crowd, const struct crowd_connection *connection, long now)
{
    long age = now - connection->moment;

    if (crowd_connection_waits(connection))
        return connection->origin->is.delay_ms - age;
    if (crowd->idle_ms == 0 || connection->origin->is.kind == CROWD_MUTE)
        return LONG_MAX;
    return crowd->idle_ms - age;
}

/* 0, or −1 when the connection is gone. */
static int act(struct crowd *crowd, struct crowd_connection *connection, long now)
{
    if (!crowd_connection_waits(connection)) {
        drop(crowd, connection, 1);
        return -1;
    }
    if (answer(crowd, connection, now) != 0)
        return -1;
    watch(crowd, EPOLL_CTL_MOD, connection->fd, EPOLLIN, connection);
    return 0;
}

/* Does what is due. Returns for how long nothing else is: −1 without limit. */
static long look_at_clock(struct crowd *crowd)
{
    struct crowd_connection *connection, *next;
    long now = timing_now_ms(), rest = LONG_MAX;

    for (connection = crowd->connections; connection != NULL; connection = next) {
        next = connection->next;
        if (left(crowd, connection, now) <= 0 && act(crowd, connection, now) != 0)
            continue;
        if (left(crowd, connection, now) < rest)
            rest = left(crowd, connection, now);
    }
    return rest == LONG_MAX ? -1 : rest;
}

static int is_origin(const struct crowd *crowd, const void *what)
{
    const char *first = (const char *)crowd->origins, *at = what;

    return at >= first && at < first + sizeof crowd->origins;
}

/* 0, or −1 when the crowd stops. */
static int handle(struct crowd *crowd, const struct epoll_event *event)
{
    void *what = event->data.ptr;

    if (what == NULL)
        return -1;
    if (is_origin(crowd, what))
        accept_one(crowd, what);
    else
        read_some(crowd, what);
    return 0;
}

static void *serve(void *argument)
{
    struct crowd *crowd = argument;
    struct epoll_event events[EVENTS];
    int going = 1;

    while (going) {
        long rest = look_at_clock(crowd);
        int n = epoll_wait(crowd->epoll, events, EVENTS, (int)rest);

        /* A connection has one event at most: what one of them drops is in no later one. */
        for (int i = 0; i < n && going; i++)
            going = handle(crowd, &events[i]) == 0;
    }
    while (crowd->connections != NULL)
        drop(crowd, crowd->connections, 0);
    return NULL;
}

static int open_origins(struct crowd *crowd, const struct crowd_host *hosts, size_t n)
{
    while (crowd->count < n) {
        struct crowd_origin *origin = &crowd->origins[crowd->count];

        if (crowd_origin_open(
                origin, &hosts[crowd->count], FIRST_ADDRESS + (unsigned)crowd->count) != 0)
            return -1;
        crowd->count++;
        if (origin->is.kind == CROWD_ALIVE || origin->is.kind == CROWD_MUTE)
            watch(crowd, EPOLL_CTL_ADD, origin->fd, EPOLLIN, origin);
    }
    return 0;
}

static struct crowd *new_crowd(int idle_ms)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);

    if (crowd == NULL)
        return NULL;
    crowd->idle_ms = idle_ms;
    crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (crowd->epoll < 0 || pipe2(crowd->stop, O_CLOEXEC) != 0) {
        if (crowd->epoll >= 0)
            close(crowd->epoll);
        free(crowd);
        return NULL;
    }
    pthread_mutex_init(&crowd->lock, NULL);
    watch(crowd, EPOLL_CTL_ADD, crowd->stop[0], EPOLLIN, NULL);
    return crowd;
}

struct crowd *crowd_start(const struct crowd_host *hosts, size_t n, int idle_ms)
{
    struct crowd *crowd = new_crowd(idle_ms);

    if (crowd == NULL)
        return NULL;
    if (open_origins(crowd, hosts, n) == 0)
        crowd->serving = peer_thread_start(&crowd->thread, serve, crowd) == 0;
    if (!crowd->serving) {
        crowd_stop(crowd);
        return NULL;
    }
    return crowd;
}

void crowd_stop(struct crowd *crowd)
{
    if (crowd == NULL)
        return;
    close(crowd->stop[1]);
    if (crowd->serving)
        pthread_join(crowd->thread, NULL);
    for (size_t i = 0; i < crowd->count; i++)
        crowd_origin_close(&crowd->origins[i]);
    close(crowd->stop[0]);
    close(crowd->epoll);
    pthread_mutex_destroy(&crowd->lock);
    free(crowd);
}
