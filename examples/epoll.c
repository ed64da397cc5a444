/* SPDX-License-Identifier: MIT */
/* epoll STORE…: the products of several stores at once, in an event loop of the program's own. */
#include <errno.h>
#include <stdio.h>
#include <supa/supa.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

struct loop {
    int epoll;
    int64_t due_ms; /* 0: none */
};

/* The multi wants to know when something happens on a descriptor, */
static void on_socket(void *user, int fd, int events)
{
    struct loop *loop = user;
    struct epoll_event event = {.data.fd = fd};

    event.events |= (events & SUPA_MULTI_READ) != 0 ? EPOLLIN : 0;
    event.events |= (events & SUPA_MULTI_WRITE) != 0 ? EPOLLOUT : 0;
    if (events == SUPA_MULTI_NONE)
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
    else if (epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event) != 0 && errno == ENOENT)
        epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event);
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* and to be called when a time has come, whatever happens until then. */
static void on_timer(void *user, int64_t ms)
{
    struct loop *loop = user;

    loop->due_ms = ms < 0 ? 0 : now_ms() + ms;
}

static void turn(struct loop *loop, supa_multi *multi)
{
    struct epoll_event events[32];
    int64_t left = loop->due_ms - now_ms();
    int n = epoll_wait(loop->epoll, events, 32, loop->due_ms == 0 ? -1 : left < 0 ? 0 : (int)left);

    for (int i = 0; i < n; i++) {
        int what = (events[i].events & EPOLLOUT) != 0 ? SUPA_MULTI_WRITE : 0;

        what |= (events[i].events & ~(uint32_t)EPOLLOUT) != 0 ? SUPA_MULTI_READ : 0;
        supa_multi_socket(multi, events[i].data.fd, what);
    }
    if (loop->due_ms != 0 && now_ms() >= loop->due_ms) {
        loop->due_ms = 0;
        supa_multi_timeout(multi);
    }
}

static void on_products(void *user, supa_response *answer)
{
    const char *store = user;

    if (supa_response_ok(answer))
        printf("%s: %zu products\n", store, supa_response_row_count(answer));
    else
        printf("%s: %s\n", store, supa_response_error(answer)->message);
    supa_response_free(answer);
}

/* Leasing may ask the master, and waits for it here. */
static void ask(supa_manager *manager, supa_multi *multi, char *store)
{
    supa_error error;
    supa_client *shop = supa_manager_lease(manager, store, &error);

    if (shop != NULL)
        supa_multi_add(multi, supa_select(supa_from(shop, "products"), "id"), on_products, store);
    else
        printf("%s: %s\n", store, error.message);
    supa_client_unref(shop);
}

int main(int argc, char **argv)
{
    struct loop loop = {epoll_create1(EPOLL_CLOEXEC), 0};
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);
    supa_multi *multi = manager != NULL ? supa_multi_new(NULL, &error) : NULL;

    if (multi == NULL || loop.epoll < 0 ||
        supa_multi_hooks(multi, on_socket, on_timer, &loop) != 0) {
        fprintf(stderr, "epoll: %s\n", manager == NULL ? error.message : "no event loop");
        return 1;
    }
    for (int i = 1; i < argc; i++)
        ask(manager, multi, argv[i]);
    while (supa_multi_count(multi) != 0)
        turn(&loop, multi);
    supa_multi_free(multi);
    supa_manager_free(manager);
    close(loop.epoll);
    return 0;
}
