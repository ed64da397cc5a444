/* SPDX-License-Identifier: MIT */
#include "peer_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

void peer_wire_init(struct peer_wire *wire, int fd, int stop, SSL_CTX *tls)
{
    int on = 1;

    /* Each step's bytes leave at once, as the script says. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    *wire = (struct peer_wire){fd, stop, tls, NULL};
}

int peer_wire_rest(const struct peer_wire *wire, long ms)
{
    struct pollfd stop = {wire->stop, POLLIN, 0};

    return poll(&stop, 1, (int)ms) == 0 ? 0 : -1;
}

int peer_wire_await(const struct peer_wire *wire, long ms)
{
    struct pollfd either[] = {{wire->stop, POLLIN, 0}, {wire->fd, POLLIN, 0}};
    int ready;

    if (wire->ssl != NULL && SSL_pending(wire->ssl) > 0)
        return 1;
    ready = poll(either, 2, (int)ms);
    return ready < 0 || either[0].revents != 0 ? -1 : ready;
}

static int wait_for(const struct peer_wire *wire, short events)
{
    struct pollfd either[] = {{wire->stop, POLLIN, 0}, {wire->fd, events, 0}};

    return poll(either, 2, -1) > 0 && either[0].revents == 0 ? 0 : -1;
}

/* After a call of the socket: 0 to try again, when it is ready. */
static int socket_wants(const struct peer_wire *wire, short events)
{
    return errno == EAGAIN ? wait_for(wire, events) : -1;
}

/* After a call of OpenSSL: 0 to try again. */
static int tls_wants(const struct peer_wire *wire, int result)
{
    switch (SSL_get_error(wire->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return wait_for(wire, POLLIN);
    case SSL_ERROR_WANT_WRITE:
        return wait_for(wire, POLLOUT);
    default:
        return -1;
    }
}

int peer_wire_handshake(struct peer_wire *wire)
{
    int result;

    if (wire->tls == NULL || wire->ssl != NULL)
        return 0;
    wire->ssl = SSL_new(wire->tls);
    if (wire->ssl == NULL || SSL_set_fd(wire->ssl, wire->fd) != 1)
        return -1;
    do {
        /* SSL_get_error believes what is left in the queue. */
        ERR_clear_error();
        result = SSL_accept(wire->ssl);
    } while (result != 1 && tls_wants(wire, result) == 0);
    return result == 1 ? 0 : -1;
}

static int read_plain(struct peer_wire *wire, char *out, size_t size, size_t *length)
{
    ssize_t result;

    do {
        result = recv(wire->fd, out, size, 0);
    } while (result < 0 && socket_wants(wire, POLLIN) == 0);
    *length = result > 0 ? (size_t)result : 0;
    return result > 0 ? 0 : -1;
}

static int read_tls(struct peer_wire *wire, char *out, size_t size, size_t *length)
{
    int result;

    do {
        ERR_clear_error();
        result = SSL_read_ex(wire->ssl, out, size, length);
    } while (result != 1 && tls_wants(wire, result) == 0);
    return result == 1 ? 0 : -1;
}

int peer_wire_read(struct peer_wire *wire, char *out, size_t size, size_t *length)
{
    if (peer_wire_handshake(wire) != 0)
        return -1;
    return wire->ssl == NULL ? read_plain(wire, out, size, length)
                             : read_tls(wire, out, size, length);
}

static int write_plain(struct peer_wire *wire, const char *bytes, size_t length)
{
    while (length != 0) {
        ssize_t result = send(wire->fd, bytes, length, 0);

        if (result < 0 && socket_wants(wire, POLLOUT) != 0)
            return -1;
        if (result > 0) {
            bytes += result;
            length -= (size_t)result;
        }
    }
    return 0;
}

static int write_tls(struct peer_wire *wire, const char *bytes, size_t length)
{
    size_t written;
    int result;

    if (length == 0)
        return 0;
    do {
        ERR_clear_error();
        result = SSL_write_ex(wire->ssl, bytes, length, &written);
    } while (result != 1 && tls_wants(wire, result) == 0);
    return result == 1 ? 0 : -1;
}

int peer_wire_write(struct peer_wire *wire, const char *bytes, size_t length)
{
    if (peer_wire_handshake(wire) != 0)
        return -1;
    return wire->ssl == NULL ? write_plain(wire, bytes, length) : write_tls(wire, bytes, length);
}

int peer_wire_half_close(struct peer_wire *wire)
{
    ERR_clear_error();
    if (wire->ssl != NULL)
        SSL_shutdown(wire->ssl);
    return shutdown(wire->fd, SHUT_WR);
}

/* Linux answers with RST instead of FIN when unread bytes are left behind. */
static void discard_unread(const struct peer_wire *wire)
{
    char bytes[4096];

    while (recv(wire->fd, bytes, sizeof bytes, 0) > 0)
        continue;
}

static void let_go(struct peer_wire *wire)
{
    SSL_free(wire->ssl);
    close(wire->fd);
    wire->ssl = NULL;
    wire->fd = -1;
}

void peer_wire_close(struct peer_wire *wire)
{
    if (wire->fd < 0)
        return;
    peer_wire_half_close(wire);
    discard_unread(wire);
    let_go(wire);
}

void peer_wire_reset(struct peer_wire *wire)
{
    struct linger at_once = {1, 0};

    if (wire->fd < 0)
        return;
    setsockopt(wire->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    let_go(wire);
}
