/* SPDX-License-Identifier: MIT */
#include "peer_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FULL_AFTER_MS = 200 };

struct sockaddr_in peer_socket_address(unsigned host, int port)
{
    struct sockaddr_in address;

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(((uint32_t)IN_LOOPBACKNET << 24) + host);
    return address;
}

int peer_socket_bound(unsigned host, int port)
{
    struct sockaddr_in address = peer_socket_address(host, port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Not blocking: a client may be gone between poll and accept. */
int peer_socket_listening(unsigned host, int backlog)
{
    int fd = peer_socket_bound(host, 0);

    if (fd >= 0 && listen(fd, backlog) != 0) {
        close(fd);
        return -1;
    }
    if (fd >= 0)
        fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

int peer_socket_on_file(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    if (fd >= 0 && (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
                    listen(fd, SOMAXCONN) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

int peer_socket_port(int fd)
{
    struct sockaddr_in address = peer_socket_address(0, 0);
    socklen_t size = sizeof address;

    getsockname(fd, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

/* One more client: 1 when the kernel has answered it, 0 when it stalls. */
static int fill_one(const struct sockaddr_in *address, int *filler)
{
    struct pollfd writable = {
        socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), POLLOUT, 0};

    *filler = writable.fd;
    if (writable.fd < 0)
        return 0;
    connect(writable.fd, (const struct sockaddr *)address, sizeof *address);
    return poll(&writable, 1, FULL_AFTER_MS) != 0;
}

size_t peer_socket_fill(int listener, int fillers[PEER_SOCKET_FILLERS])
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    size_t n = 0;
    int answered = 1;

    if (getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return 0;
    while (n < PEER_SOCKET_FILLERS && answered) {
        answered = fill_one(&address, &fillers[n]);
        n += fillers[n] >= 0;
    }
    return n;
}
