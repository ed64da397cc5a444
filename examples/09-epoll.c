/* SPDX-License-Identifier: MIT */
/* Many queries at once in an epoll loop of the program's own: how many products each store has.
 *
 *     ./09-epoll STORE… */
#include <stdio.h>
#include <supa/supa.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int epoll, timer;
static supa_multi *multi;

/* The multi wants to know when something happens on a descriptor, */
static void on_socket(void *user, int fd, int events)
{
    struct epoll_event event = {.data.fd = fd};

    (void)user;
    event.events |= (events & SUPA_MULTI_READ) != 0 ? EPOLLIN : 0;
    event.events |= (events & SUPA_MULTI_WRITE) != 0 ? EPOLLOUT : 0;
    if (events == SUPA_MULTI_NONE)
        epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
    else if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) != 0)
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event); /* a new one */
}

/* and when a time has come: in so many milliseconds, or never mind. */
static void on_timer(void *user, int64_t ms)
{
    struct itimerspec due = {.it_value = {ms / 1000, ms % 1000 * 1000000}};

    (void)user;
    if (ms <= 0) /* zeros switch a timerfd off */
        due.it_value = (struct timespec){0, ms == 0};
    timerfd_settime(timer, 0, &due, NULL);
}

static void turn(void)
{
    struct epoll_event events[32];
    int n = epoll_wait(epoll, events, 32, -1);
    uint64_t times;

    for (int i = 0; i < n; i++) {
        int what = (events[i].events & EPOLLOUT) != 0 ? SUPA_MULTI_WRITE : 0;

        what |= (events[i].events & ~(uint32_t)EPOLLOUT) != 0 ? SUPA_MULTI_READ : 0;
        if (events[i].data.fd != timer)
            supa_multi_socket(multi, events[i].data.fd, what);
        else if (read(timer, &times, sizeof times) > 0)
            supa_multi_timeout(multi);
    }
}

static void on_products(void *user, supa_response *answer)
{
    if (supa_response_ok(answer))
        printf("%s: %zu products\n", (char *)user, supa_response_row_count(answer));
    else
        printf("%s: %s\n", (char *)user, supa_response_error(answer)->message);
    supa_response_free(answer);
}

static void on_lease(void *store, supa_client *shop, const supa_error *error)
{
    if (shop != NULL)
        supa_multi_add(multi, supa_select(supa_from(shop, "products"), "id"), on_products, store);
    else
        printf("%s: %s\n", (char *)store, error->message);
    supa_client_unref(shop);
}

int main(int argc, char **argv)
{
    struct epoll_event ticks = {.events = EPOLLIN};
    supa_error error = {.message = "wanted: STORE…"};
    supa_manager *manager = argc > 1 ? supa_manager_from_env(&error) : NULL;
    int ok;

    epoll = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    ticks.data.fd = timer;
    multi = manager != NULL ? supa_multi_new(NULL, &error) : NULL;
    ok = multi != NULL && supa_multi_hooks(multi, on_socket, on_timer, NULL) == 0 &&
         epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &ticks) == 0;
    if (!ok)
        fprintf(stderr, "09-epoll: %s\n", multi == NULL ? error.message : "no event loop");
    for (int i = 1; ok && i < argc; i++)
        supa_multi_lease(multi, manager, argv[i], on_lease, argv[i]);
    while (ok && supa_multi_count(multi) != 0)
        turn();
    supa_multi_free(multi);
    supa_manager_free(manager);
    close(timer);
    close(epoll);
    return ok ? 0 : 1;
}
