/* SPDX-License-Identifier: MIT */
#include "multi/loop.h"

#include "base/clock.h"
#include "base/process.h"
#include "multi/multi_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static void note_timer(void *user, int64_t ms)
{
    supa_multi *multi = user;

    multi->loop.curl_due_us = ms < 0 ? 0 : clock_us() + ms * 1000;
}

static void tell_socket(void *user, int fd, int events)
{
    supa_multi *multi = user;

    multi->loop.on_socket(multi->loop.user, fd, events);
}

static int open_wakeup(struct loop *loop)
{
    int ends[2];

    if (pipe(ends) != 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    loop->reader = ends[0];
    loop->writer = ends[1];
    return 0;
}

int supa_multi_hooks(
    supa_multi *multi, supa_multi_on_socket on_socket, supa_multi_on_timer on_timer, void *user)
{
    if (multi == NULL || on_socket == NULL || on_timer == NULL || multi->count != 0 ||
        multi->loop.on_socket != NULL || multi->lane_is_lent || open_wakeup(&multi->loop) != 0)
        return -1;
    multi->loop.on_socket = on_socket;
    multi->loop.on_timer = on_timer;
    multi->loop.user = user;
    lane_hook(multi->lane, &(struct lane_hooks){tell_socket, note_timer, multi});
    on_socket(user, multi->loop.reader, SUPA_MULTI_READ);
    return 0;
}

void loop_settle(supa_multi *multi)
{
    struct loop *loop = &multi->loop;
    int64_t due = multi_next_us(multi), ms;

    if (loop->curl_due_us != 0 && (due == 0 || loop->curl_due_us < due))
        due = loop->curl_due_us;
    if (multi_has_news(multi) || multi_may_send(multi))
        due = 1;
    if (due == loop->told_us)
        return;
    loop->told_us = due;
    ms = due == 0 ? -1 : (due - clock_us() + 999) / 1000;
    loop->on_timer(loop->user, due != 0 && ms < 0 ? 0 : ms);
}

void loop_watch(supa_multi *multi, int fd, int is_wanted)
{
    if (multi->loop.on_socket != NULL)
        multi->loop.on_socket(multi->loop.user, fd, is_wanted ? SUPA_MULTI_READ : SUPA_MULTI_NONE);
}

void loop_wake(supa_multi *multi)
{
    ssize_t written;

    do {
        written = write(multi->loop.writer, "", 1);
    } while (written < 0 && errno == EINTR);
}

static void drain(int fd)
{
    char bytes[64];

    while (read(fd, bytes, sizeof bytes) > 0)
        continue;
}

static int is_driven(const supa_multi *multi)
{
    return multi != NULL && multi->loop.on_socket != NULL && !multi->in_callback &&
           multi->generation == process_generation();
}

static void turn(supa_multi *multi)
{
    multi_work(multi);
    multi_dispatch(multi);
    multi_work(multi);
    loop_settle(multi);
}

static int is_token(const supa_multi *multi, int fd)
{
    for (size_t i = 0; i < multi->watch_count; i++) {
        if (multi->looks[i].fd == fd)
            return 1;
    }
    return 0;
}

void supa_multi_socket(supa_multi *multi, int fd, int events)
{
    if (!is_driven(multi))
        return;
    if (fd == multi->loop.reader)
        drain(fd);
    else if (!is_token(multi, fd))
        lane_socket(multi->lane, fd, events);
    turn(multi);
}

void supa_multi_timeout(supa_multi *multi)
{
    if (!is_driven(multi))
        return;
    multi->loop.told_us = 0;
    if (multi->loop.curl_due_us != 0 && multi->loop.curl_due_us <= clock_us() + 999) {
        multi->loop.curl_due_us = 0;
        lane_timeout(multi->lane);
    }
    turn(multi);
}

void loop_end(supa_multi *multi)
{
    struct loop *loop = &multi->loop;

    if (loop->on_socket == NULL)
        return;
    loop->on_socket(loop->user, loop->reader, SUPA_MULTI_NONE);
    loop->on_timer(loop->user, -1);
    close(loop->reader);
    close(loop->writer);
}
