/* SPDX-License-Identifier: MIT */
#include "base/cancel.h"

#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/eventfd.h>
#endif

struct supa_cancel {
    atomic_size_t references;
    atomic_int fired;
    int reader, writer; /* the same where there is eventfd */
};

#ifdef __linux__
static int open_signal(supa_cancel *cancel)
{
    cancel->reader = cancel->writer = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return cancel->reader < 0 ? -1 : 0;
}
#else
static int open_signal(supa_cancel *cancel)
{
    int ends[2];

    if (pipe(ends) != 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    cancel->reader = ends[0];
    cancel->writer = ends[1];
    return 0;
}
#endif

supa_cancel *supa_cancel_new(void)
{
    supa_cancel *cancel = memory_zero(sizeof *cancel);

    if (cancel == NULL)
        return NULL;
    atomic_init(&cancel->references, 1);
    atomic_init(&cancel->fired, 0);
    if (open_signal(cancel) == 0)
        return cancel;
    memory_free(cancel);
    return NULL;
}

supa_cancel *supa_cancel_ref(supa_cancel *cancel)
{
    if (cancel != NULL)
        atomic_fetch_add_explicit(&cancel->references, 1, memory_order_relaxed);
    return cancel;
}

void supa_cancel_unref(supa_cancel *cancel)
{
    if (cancel == NULL ||
        atomic_fetch_sub_explicit(&cancel->references, 1, memory_order_acq_rel) != 1)
        return;
    close(cancel->reader);
    if (cancel->writer != cancel->reader)
        close(cancel->writer);
    memory_free(cancel);
}

/* A full pipe is readable already, which is all that is wanted. */
void supa_cancel_fire(supa_cancel *cancel)
{
    const uint64_t one = 1;
    const int saved = errno;
    ssize_t written;

    if (cancel == NULL || atomic_exchange(&cancel->fired, 1) != 0)
        return;
    do {
        written = write(cancel->writer, &one, sizeof one);
    } while (written < 0 && errno == EINTR);
    errno = saved;
}

int supa_cancel_fired(const supa_cancel *cancel)
{
    return cancel != NULL && atomic_load_explicit(&cancel->fired, memory_order_acquire);
}

int cancel_descriptor(const supa_cancel *cancel)
{
    return cancel != NULL ? cancel->reader : -1;
}

int cancel_sleep(const supa_cancel *cancel, int64_t until_us)
{
    struct pollfd look = {cancel_descriptor(cancel), POLLIN, 0};
    int64_t left;

    while (!supa_cancel_fired(cancel) && (left = until_us - clock_us()) > 0) {
        left = (left + 999) / 1000;
        poll(&look, 1, left > INT_MAX ? INT_MAX : (int)left);
    }
    return supa_cancel_fired(cancel);
}

supa_deadline supa_deadline_in(int64_t ms)
{
    return (supa_deadline){clock_deadline(ms)};
}
