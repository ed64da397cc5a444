/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include "peer_certificate.h"
#include "peer_h2.h"
#include "peer_play.h"
#include "peer_socket.h"
#include "peer_thread.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_UNUSED = 19000, LAST_UNUSED = 19999 };

struct connection {
    struct connection *next;
    struct peer *peer;
    size_t number; /* in the order of accepting */
    pthread_t thread;
    struct peer_play play;
    int done; /* under the record's lock: the thread is at its end */
};

struct peer {
    struct peer_scripts scripts;
    int listener;
    int stop[2]; /* a pipe; closing its writing end wakes everybody */
    int port;
    char url[40];
    SSL_CTX *tls;
    SSL_CTX *bad_tls; /* before the peer behaves; NULL: there is none */
    int behaves;      /* under the record's lock */
    int http2;
    char ca_file[256];
    char socket_file[64]; /* "": TCP */
    pthread_t thread;
    int serving;                      /* the thread exists */
    struct connection *connections;   /* the thread's, the newest first */
    int fillers[PEER_SOCKET_FILLERS]; /* of a silent peer's backlog */
    size_t filler_count;
    struct peer_record record;
};

const char *peer_url(const struct peer *peer)
{
    return peer->url;
}

int peer_port(const struct peer *peer)
{
    return peer->port;
}

const char *peer_ca_file(const struct peer *peer)
{
    return peer->tls == NULL ? NULL : peer->ca_file;
}

void peer_go(struct peer *peer)
{
    peer_record_go(&peer->record);
}

int peer_wait(struct peer *peer, enum peer_count count, size_t least, int timeout_ms)
{
    return peer_record_wait(&peer->record, count, least, timeout_ms);
}

size_t peer_count(struct peer *peer, enum peer_count count)
{
    return peer_record_get(&peer->record, count);
}

size_t peer_connections(struct peer *peer)
{
    return peer_count(peer, PEER_CONNECTIONS);
}

size_t peer_requests(struct peer *peer)
{
    return peer_count(peer, PEER_REQUESTS);
}

size_t peer_arrived(struct peer *peer, const char *method)
{
    return peer_record_messages(&peer->record, method, PEER_MESSAGE_BODY);
}

size_t peer_delivered(struct peer *peer, const char *method)
{
    return peer_record_messages(&peer->record, method, PEER_MESSAGE_WHOLE);
}

size_t peer_bytes_read(struct peer *peer)
{
    return peer_record_bytes(&peer->record);
}

size_t peer_bytes_sent(struct peer *peer)
{
    return peer_record_bytes_sent(&peer->record);
}

const char *peer_socket_file(const struct peer *peer)
{
    return peer->socket_file[0] == '\0' ? NULL : peer->socket_file;
}

size_t peer_request(struct peer *peer, size_t i, char *out, size_t size)
{
    return peer_record_text(&peer->record, i, out, size);
}

size_t peer_last_request(struct peer *peer, char *out, size_t size)
{
    /* Before the first request this is an i that no request has. */
    return peer_request(peer, peer_requests(peer) - 1, out, size);
}

static void *run_connection(void *argument)
{
    struct connection *connection = argument;
    struct peer_record *record = connection->play.record;
    const struct peer_scripts *scripts = &connection->peer->scripts;

    if (connection->peer->http2)
        peer_h2_play(&connection->play.wire, record, scripts);
    else
        peer_play(&connection->play, peer_scripts_get(scripts, connection->number));
    peer_record_count(record, PEER_CLOSED);
    pthread_mutex_lock(&record->lock);
    connection->done = 1;
    pthread_mutex_unlock(&record->lock);
    return NULL;
}

static int behaves(struct peer *peer)
{
    int behaves;

    pthread_mutex_lock(&peer->record.lock);
    behaves = peer->behaves;
    pthread_mutex_unlock(&peer->record.lock);
    return behaves;
}

static void begin_connection(struct peer *peer, int fd)
{
    struct connection *connection = calloc(1, sizeof *connection);
    const int is_good = behaves(peer);
    SSL_CTX *tls = peer->bad_tls != NULL && !is_good ? peer->bad_tls : peer->tls;

    if (connection == NULL) {
        close(fd);
        return;
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    peer_wire_init(&connection->play.wire, fd, peer->stop[0], tls);
    connection->peer = peer;
    connection->play.record = &peer->record;
    connection->number = peer_record_count(&peer->record, PEER_CONNECTIONS);
    if (is_good)
        connection->number = peer->scripts.count - 1;
    if (peer_thread_start(&connection->thread, run_connection, connection) != 0) {
        peer_wire_close(&connection->play.wire);
        free(connection);
        return;
    }
    connection->next = peer->connections;
    peer->connections = connection;
}

static int is_done(struct peer *peer, const struct connection *connection)
{
    int done;

    pthread_mutex_lock(&peer->record.lock);
    done = connection->done;
    pthread_mutex_unlock(&peer->record.lock);
    return done;
}

/* Joins the threads that are at their end, or all of them. */
static void join_connections(struct peer *peer, int all)
{
    struct connection **link = &peer->connections;

    while (*link != NULL) {
        struct connection *connection = *link;

        if (!all && !is_done(peer, connection)) {
            link = &connection->next;
            continue;
        }
        pthread_join(connection->thread, NULL);
        *link = connection->next;
        free(connection);
    }
}

static void *serve(void *argument)
{
    struct peer *peer = argument;
    struct pollfd either[] = {{peer->stop[0], POLLIN, 0}, {peer->listener, POLLIN, 0}};

    while (poll(either, 2, -1) > 0 && either[0].revents == 0) {
        int fd = accept(peer->listener, NULL, NULL);

        join_connections(peer, 0);
        if (fd >= 0)
            begin_connection(peer, fd);
    }
    join_connections(peer, 1);
    return NULL;
}

static int listen_on_any_port(struct peer *peer, int backlog)
{
    peer->listener = backlog < 0 ? peer_socket_bound(1, 0) : peer_socket_listening(1, backlog);
    if (peer->listener < 0)
        return -1;
    peer->port = peer_socket_port(peer->listener);
    return 0;
}

static int listen_on_file(struct peer *peer)
{
    char folder[] = "/tmp/peer.XXXXXX";

    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(peer->socket_file, sizeof peer->socket_file, "%s/socket", folder);
    peer->listener = peer_socket_on_file(peer->socket_file);
    return peer->listener < 0 ? -1 : 0;
}

static void remove_file(const struct peer *peer)
{
    char folder[sizeof peer->socket_file];

    if (peer->socket_file[0] == '\0')
        return;
    unlink(peer->socket_file);
    snprintf(folder, sizeof folder, "%s", peer->socket_file);
    *strrchr(folder, '/') = '\0';
    rmdir(folder);
}

static int listen_silently(struct peer *peer)
{
    if (listen_on_any_port(peer, 0) != 0)
        return -1;
    peer->filler_count = peer_socket_fill(peer->listener, peer->fillers);
    return 0;
}

static int open_listener(struct peer *peer, unsigned flags)
{
    if (flags == PEER_UNIX)
        return listen_on_file(peer);
    if (flags == PEER_SILENT)
        return listen_silently(peer);
    return listen_on_any_port(peer, flags == PEER_REFUSING ? -1 : SOMAXCONN);
}

static struct peer *new_peer(void)
{
    struct peer *peer = calloc(1, sizeof *peer);

    if (peer == NULL)
        return NULL;
    if (peer_record_init(&peer->record) != 0) {
        free(peer);
        return NULL;
    }
    peer->listener = -1;
    if (pipe(peer->stop) != 0) {
        peer_record_free(&peer->record);
        free(peer);
        return NULL;
    }
    fcntl(peer->stop[0], F_SETFD, FD_CLOEXEC);
    fcntl(peer->stop[1], F_SETFD, FD_CLOEXEC);
    return peer;
}

static struct peer_step *copy_steps(const struct peer_step *steps)
{
    size_t n = 1;
    struct peer_step *copy;

    while (steps[n - 1].action != PEER_DO_END)
        n++;
    copy = calloc(n, sizeof *copy);
    if (copy != NULL)
        memcpy(copy, steps, n * sizeof *copy);
    return copy;
}

static int copy_scripts(struct peer *peer, const struct peer_script *scripts, size_t n)
{
    struct peer_scripts *copies = &peer->scripts;

    copies->steps = calloc(n, sizeof *copies->steps);
    if (copies->steps == NULL)
        return -1;
    for (copies->count = 0; copies->count < n; copies->count++) {
        struct peer_step *steps = copy_steps(scripts[copies->count].steps);

        if (steps == NULL)
            return -1;
        copies->steps[copies->count] = steps;
    }
    return 0;
}

static void free_scripts(struct peer_scripts *scripts)
{
    for (size_t i = 0; i < scripts->count; i++)
        free(scripts->steps[i]);
    free(scripts->steps);
}

static int use_bad_tls(struct peer *peer, unsigned flags)
{
    static const unsigned faults[] = {
        [PEER_CERTIFICATE_EXPIRED] = PEER_EXPIRED,
        [PEER_CERTIFICATE_OTHER_NAME] = PEER_OTHER_NAME,
        [PEER_CERTIFICATE_STRANGER] = PEER_STRANGER,
        [PEER_CERTIFICATE_OLD_TLS] = PEER_OLD_TLS,
    };

    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (faults[i] != flags)
            continue;
        peer->bad_tls = peer_certificate_new_bad((enum peer_certificate_fault)i, peer->ca_file);
        return peer->bad_tls == NULL ? -1 : 0;
    }
    return 0;
}

static int use_tls(struct peer *peer, unsigned flags)
{
    if ((flags & PEER_TLS) == 0)
        return 0;
    peer->tls = peer_certificate_new(peer->ca_file, sizeof peer->ca_file);
    if (peer->tls == NULL)
        return -1;
    peer->http2 = flags == PEER_HTTP2;
    if (peer->http2)
        peer_h2_choose(peer->tls);
    return use_bad_tls(peer, flags);
}

static int begin_serving(struct peer *peer)
{
    peer->serving = peer_thread_start(&peer->thread, serve, peer) == 0;
    return peer->serving ? 0 : -1;
}

static void name_url(struct peer *peer)
{
    if (peer->socket_file[0] != '\0')
        strcpy(peer->url, "http://localhost");
    else
        snprintf(
            peer->url, sizeof peer->url, "%s://127.0.0.1:%d", peer->tls == NULL ? "http" : "https",
            peer->port);
}

struct peer *peer_start(const struct peer_script *scripts, size_t n, unsigned flags)
{
    struct peer *peer = new_peer();

    if (peer == NULL)
        return NULL;
    if (copy_scripts(peer, scripts, n) != 0 || open_listener(peer, flags) != 0 ||
        use_tls(peer, flags) != 0) {
        peer_stop(peer);
        return NULL;
    }
    name_url(peer);
    if (flags != PEER_REFUSING && flags != PEER_SILENT && begin_serving(peer) != 0) {
        peer_stop(peer);
        return NULL;
    }
    return peer;
}

static void end_fillers(struct peer *peer)
{
    for (size_t i = 0; i < peer->filler_count; i++)
        close(peer->fillers[i]);
    peer->filler_count = 0;
}

int peer_behave(struct peer *peer)
{
    pthread_mutex_lock(&peer->record.lock);
    peer->behaves = 1;
    pthread_mutex_unlock(&peer->record.lock);
    if (peer->serving)
        return 0;
    end_fillers(peer);
    fcntl(peer->listener, F_SETFL, O_NONBLOCK);
    return listen(peer->listener, SOMAXCONN) != 0 ? -1 : begin_serving(peer);
}

struct peer *peer_start_silent(void)
{
    struct peer *peer = new_peer();

    if (peer == NULL)
        return NULL;
    if (listen_silently(peer) != 0) {
        peer_stop(peer);
        return NULL;
    }
    name_url(peer);
    return peer;
}

void peer_stop(struct peer *peer)
{
    if (peer == NULL)
        return;
    peer_record_stop(&peer->record);
    close(peer->stop[1]);
    if (peer->serving)
        pthread_join(peer->thread, NULL);
    end_fillers(peer);
    if (peer->listener >= 0)
        close(peer->listener);
    remove_file(peer);
    close(peer->stop[0]);
    SSL_CTX_free(peer->bad_tls);
    peer_certificate_free(peer->tls, peer->ca_file);
    free_scripts(&peer->scripts);
    peer_record_free(&peer->record);
    free(peer);
}

int peer_unused_port(void)
{
    for (int port = FIRST_UNUSED; port <= LAST_UNUSED; port++) {
        int fd = peer_socket_bound(1, port);

        if (fd >= 0) {
            close(fd);
            return port;
        }
    }
    return 0;
}
