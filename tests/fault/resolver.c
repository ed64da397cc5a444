/* SPDX-License-Identifier: MIT */
#include "resolver.h"

#include "timing.h"

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

enum { ADDRESS_SIZE = 48 };

typedef int
resolve(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **out);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_cond_t changed;
static struct state {
    int stall_ms;
    size_t releases; /* each changes it */
    char addresses[RESOLVER_MOST][ADDRESS_SIZE];
    size_t count;
    size_t calls, most, now;
} state = {.addresses = {"127.0.0.1"}, .count = 1};

static void make_condition(void)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* Until something changes, or this moment has come; −1: it never does. With the lock held. */
static void wait_until(long end_ms)
{
    struct timespec end = {end_ms / 1000, end_ms % 1000 * 1000000};

    pthread_once(&once, make_condition);
    if (end_ms < 0)
        pthread_cond_wait(&changed, &lock);
    else
        pthread_cond_timedwait(&changed, &lock, &end);
}

static void tell_all(void)
{
    pthread_once(&once, make_condition);
    pthread_cond_broadcast(&changed);
}

void resolver_stall(int ms)
{
    pthread_mutex_lock(&lock);
    state.stall_ms = ms;
    pthread_mutex_unlock(&lock);
}

void resolver_release(void)
{
    pthread_mutex_lock(&lock);
    state.releases++;
    tell_all();
    pthread_mutex_unlock(&lock);
}

static void set_addresses(const char *const *addresses, size_t n)
{
    state.count = n < RESOLVER_MOST ? n : RESOLVER_MOST;
    for (size_t i = 0; i < state.count; i++) {
        strncpy(state.addresses[i], addresses[i], ADDRESS_SIZE - 1);
        state.addresses[i][ADDRESS_SIZE - 1] = '\0';
    }
}

void resolver_answer(const char *const *addresses, size_t n)
{
    pthread_mutex_lock(&lock);
    set_addresses(addresses, n);
    pthread_mutex_unlock(&lock);
}

void resolver_reset(void)
{
    static const char *const at_first[] = {"127.0.0.1"};

    pthread_mutex_lock(&lock);
    state.stall_ms = 0;
    state.releases++;
    tell_all();
    while (state.now != 0)
        wait_until(-1);
    set_addresses(at_first, 1);
    state.calls = 0;
    state.most = 0;
    pthread_mutex_unlock(&lock);
}

static size_t get(const size_t *figure)
{
    size_t n;

    pthread_mutex_lock(&lock);
    n = *figure;
    pthread_mutex_unlock(&lock);
    return n;
}

size_t resolver_calls(void)
{
    return get(&state.calls);
}

size_t resolver_most(void)
{
    return get(&state.most);
}

size_t resolver_now(void)
{
    return get(&state.now);
}

int resolver_wait(size_t least, int timeout_ms)
{
    long end = timing_now_ms() + timeout_ms;
    int reached;

    pthread_mutex_lock(&lock);
    while (state.calls < least && timing_now_ms() < end)
        wait_until(end);
    reached = state.calls >= least;
    pthread_mutex_unlock(&lock);
    return reached;
}

/* libc's, or a sanitizer's in front of it. */
static resolve *next_resolver(void)
{
    union {
        void *object;
        resolve *function;
    } next = {dlsym(RTLD_NEXT, "getaddrinfo")};

    return next.function;
}

static int is_ours(const char *name)
{
    size_t length = name == NULL ? 0 : strlen(name);

    return length > 5 && strcmp(name + length - 5, ".test") == 0;
}

/* With the lock held. */
static void stall(void)
{
    size_t releases = state.releases;
    long end = state.stall_ms < 0 ? -1 : timing_now_ms() + state.stall_ms;

    while (state.releases == releases && (end < 0 || timing_now_ms() < end))
        wait_until(end);
}

/* Each address as libc writes it, chained: libc frees a list piece by piece. */
static int chain(
    const struct state *told, const char *service, const struct addrinfo *hints,
    struct addrinfo **out)
{
    struct addrinfo **end = out;
    struct addrinfo own = {0};

    if (hints != NULL)
        own = *hints;
    own.ai_flags = AI_NUMERICHOST;
    *out = NULL;
    for (size_t i = 0; i < told->count; i++) {
        if (next_resolver()(told->addresses[i], service, &own, end) != 0)
            *end = NULL;
        while (*end != NULL)
            end = &(*end)->ai_next;
    }
    return *out == NULL ? EAI_NONAME : 0;
}

static int resolve_as_told(const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    struct state told;
    int result;

    pthread_mutex_lock(&lock);
    state.calls++;
    if (++state.now > state.most)
        state.most = state.now;
    tell_all();
    stall();
    told = state;
    pthread_mutex_unlock(&lock);
    result = chain(&told, service, hints, out);
    pthread_mutex_lock(&lock);
    state.now--;
    tell_all();
    pthread_mutex_unlock(&lock);
    return result;
}

__attribute__((visibility("default"))) int getaddrinfo(
    const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    return is_ours(name) ? resolve_as_told(service, hints, out)
                         : next_resolver()(name, service, hints, out);
}
