/* SPDX-License-Identifier: MIT */
#include "schedule.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

enum { STACK = 256 * 1024, MOST_CHOICES = 2000, MOST_OPTIONS = 2 * SCHEDULE_THREADS };

#define START_US 1000000000

enum state { READY, AT_MUTEX, WAITING, DONE };

struct fiber {
    ucontext_t context;
    char *stack;
    void (*run)(void *user);
    enum state state;
    const void *at;      /* the mutex or condition that it waits for */
    int64_t deadline_us; /* of a wait; 0: none */
    int timed_out;
};

/* What a choice was between, by its cost. */
struct choice {
    unsigned char taken, options;
    unsigned char costs[MOST_OPTIONS];
};

static struct fiber fibers[SCHEDULE_THREADS];
static ucontext_t outside;
static int current = -1; /* −1: outside */
static void *scene_user;

static struct choice choices[MOST_CHOICES];
static size_t depth, prefix; /* choices made; of them, those that are told */
static int spent, bound;
static size_t steps;
static int64_t now_us;
static int shows;
static char wrong[256];
static int is_over; /* the run is given up */

void schedule_fail(const char *cause)
{
    if (wrong[0] == '\0')
        snprintf(wrong, sizeof wrong, "%s", cause);
}

int64_t schedule_now_us(void)
{
    return now_us;
}

void schedule_turn(int64_t us)
{
    now_us += us;
}

size_t schedule_step(void)
{
    return steps;
}

/* Gives up the run from within. Its fibers' stacks are used anew. */
static void leave(const char *cause)
{
    schedule_fail(cause);
    is_over = 1;
    if (current < 0)
        abort();
    current = -1;
    setcontext(&outside);
}

/* One of @count options that cost so much: the one that is told, or the first, which is always within the
 * bound. Those beyond it are no options. */
static size_t choose(const unsigned char *costs, size_t count)
{
    struct choice *choice = &choices[depth];

    if (depth == MOST_CHOICES)
        leave("the run does not end");
    if (depth >= prefix) {
        choice->taken = 0;
    } else if (choice->taken >= count) {
        leave("the same choices led elsewhere: the scene is not deterministic");
    }
    choice->options = (unsigned char)count;
    memcpy(choice->costs, costs, count);
    depth++;
    spent += costs[choice->taken];
    return choice->taken;
}

static void resume(int next)
{
    const int before = current;

    if (next == before)
        return;
    if (shows)
        fprintf(stderr, "  step %zu: thread %d goes on\n", steps, next);
    current = next;
    if (before < 0)
        swapcontext(&outside, &fibers[next].context);
    else
        swapcontext(&fibers[before].context, &fibers[next].context);
}

/* A wait ends by its time: what it costs is the same as to stop a thread. */
static void time_out(struct fiber *fiber)
{
    if (now_us < fiber->deadline_us)
        now_us = fiber->deadline_us;
    fiber->state = READY;
    fiber->timed_out = 1;
}

struct options {
    unsigned char costs[MOST_OPTIONS];
    int threads[MOST_OPTIONS];
    int ends_wait[MOST_OPTIONS];
    size_t count;
};

static void offer(struct options *options, int thread, int ends_wait, int cost)
{
    if (spent + cost > bound)
        return;
    options->costs[options->count] = (unsigned char)cost;
    options->threads[options->count] = thread;
    options->ends_wait[options->count++] = ends_wait;
}

static void collect(struct options *options)
{
    const int goes_on = current >= 0 && fibers[current].state == READY;

    options->count = 0;
    if (goes_on)
        offer(options, current, 0, 0);
    for (int i = 0; i < SCHEDULE_THREADS; i++) {
        if (i != current && fibers[i].state == READY)
            offer(options, i, 0, goes_on);
    }
    for (int i = 0; i < SCHEDULE_THREADS; i++) {
        if (fibers[i].state == WAITING && fibers[i].deadline_us != 0)
            offer(options, i, 1, options->count > 0);
    }
}

static int are_done(void)
{
    for (int i = 0; i < SCHEDULE_THREADS; i++) {
        if (fibers[i].state != DONE)
            return 0;
    }
    return 1;
}

/* Whoever goes on. Returns when this thread does. */
static void schedule(void)
{
    struct options options;
    size_t taken = 0;

    collect(&options);
    if (options.count == 0 && !are_done())
        leave("deadlock: nobody can go on");
    if (options.count == 0) {
        current = -1;
        setcontext(&outside);
    }
    if (options.count > 1)
        taken = choose(options.costs, options.count);
    if (options.ends_wait[taken])
        time_out(&fibers[options.threads[taken]]);
    resume(options.threads[taken]);
}

void schedule_point(void)
{
    if (current < 0)
        return;
    steps++;
    schedule();
}

int schedule_times_out(int64_t deadline_us)
{
    const unsigned char costs[] = {0, 1};

    if (current < 0 || spent + 1 > bound || choose(costs, 2) == 0)
        return 0;
    if (now_us < deadline_us)
        now_us = deadline_us;
    return 1;
}

static void begin_fiber(int number)
{
    fibers[number].run(scene_user);
    fibers[number].state = DONE;
    schedule();
}

static void prepare(const struct schedule_scene *scene, int i)
{
    struct fiber *fiber = &fibers[i];

    if (fiber->stack == NULL)
        fiber->stack = malloc(STACK);
    fiber->run = scene->threads[i];
    fiber->state = fiber->run != NULL ? READY : DONE;
    fiber->at = NULL;
    fiber->deadline_us = 0;
    getcontext(&fiber->context);
    fiber->context.uc_stack.ss_sp = fiber->stack;
    fiber->context.uc_stack.ss_size = STACK;
    fiber->context.uc_link = &outside;
    makecontext(&fiber->context, (void (*)(void))begin_fiber, 1, i);
}

/* Runs the scene by the first @prefix choices. */
static void run(const struct schedule_scene *scene, void *user)
{
    scene_user = user;
    depth = steps = 0;
    spent = is_over = 0;
    bound = scene->bound;
    now_us = START_US;
    wrong[0] = '\0';
    scene->start(user);
    for (int i = 0; i < SCHEDULE_THREADS; i++)
        prepare(scene, i);
    schedule();
    current = -1;
    if (!is_over)
        scene->end(user);
}

/* On to the next run: the last choice that can still be another. 0: there is none. */
static int advance(void)
{
    while (depth > 0) {
        struct choice *choice = &choices[depth - 1];

        if (choice->taken + 1 < choice->options) {
            choice->taken++;
            prefix = depth;
            return 1;
        }
        depth--;
    }
    return 0;
}

static void write_trace(char *out, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < depth && used + 2 < size; i++)
        out[used++] = (char)('0' + choices[i].taken);
    while (used > 0 && out[used - 1] == '0') /* those are taken without being told */
        used--;
    out[used] = '\0';
}

void schedule_explore(
    const struct schedule_scene *scene, void *user, size_t most, struct schedule_result *result)
{
    memset(result, 0, sizeof *result);
    prefix = 0;
    do {
        if (result->runs == most) {
            result->is_cut = 1;
            return;
        }
        run(scene, user);
        result->runs++;
        result->points = steps > result->points ? steps : result->points;
        if (wrong[0] != '\0') {
            memcpy(result->wrong, wrong, sizeof wrong);
            write_trace(result->trace, sizeof result->trace);
            return;
        }
    } while (advance());
}

void schedule_replay(
    const struct schedule_scene *scene, void *user, const char *trace,
    struct schedule_result *result)
{
    memset(result, 0, sizeof *result);
    for (prefix = 0; trace[prefix] != '\0' && prefix < MOST_CHOICES; prefix++)
        choices[prefix].taken = (unsigned char)(trace[prefix] - '0');
    shows = 1;
    run(scene, user);
    shows = 0;
    result->runs = 1;
    result->points = steps;
    memcpy(result->wrong, wrong, sizeof wrong);
}

/* A mutex is its holder's number and 1; nothing else of its memory is used. */
static int *holder_of(pthread_mutex_t *mutex)
{
    return (int *)(void *)mutex;
}

int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);
int __wrap_pthread_mutex_destroy(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex);
int __wrap_pthread_cond_timedwait(
    pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until);
int __wrap_pthread_cond_signal(pthread_cond_t *condition);
int __wrap_pthread_cond_broadcast(pthread_cond_t *condition);
int __wrap_clock_gettime(clockid_t clock, struct timespec *out);

int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    (void)attributes;
    memset(mutex, 0, sizeof *mutex);
    return 0;
}

int __wrap_pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    if (*holder_of(mutex) != 0)
        schedule_fail("a mutex is destroyed while it is held");
    return 0;
}

static void take(pthread_mutex_t *mutex)
{
    int *holder = holder_of(mutex);

    if (*holder == current + 2)
        leave("a thread locks what it holds");
    while (*holder != 0) {
        if (current < 0) {
            fprintf(stderr, "a mutex is left locked behind a run\n");
            abort();
        }
        fibers[current].state = AT_MUTEX;
        fibers[current].at = mutex;
        schedule();
    }
    *holder = current + 2;
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    schedule_point();
    take(mutex);
    return 0;
}

/* Without a point when it is held: whoever tries again and again would be given each of them. */
int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    if (*holder_of(mutex) == 0)
        schedule_point();
    if (*holder_of(mutex) != 0)
        return EBUSY;
    *holder_of(mutex) = current + 2;
    return 0;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (*holder_of(mutex) != current + 2)
        schedule_fail("a thread unlocks what it does not hold");
    *holder_of(mutex) = 0;
    for (int i = 0; i < SCHEDULE_THREADS; i++) {
        if (fibers[i].state == AT_MUTEX && fibers[i].at == mutex)
            fibers[i].state = READY;
    }
    return 0;
}

static int wait_for(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline_us)
{
    struct fiber *fiber = &fibers[current];

    fiber->timed_out = 0;
    fiber->deadline_us = deadline_us;
    __wrap_pthread_mutex_unlock(mutex);
    fiber->state = WAITING;
    fiber->at = condition;
    steps++;
    schedule();
    fiber->deadline_us = 0;
    take(mutex);
    return fiber->timed_out ? ETIMEDOUT : 0;
}

int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    return wait_for(condition, mutex, 0);
}

int __wrap_pthread_cond_timedwait(
    pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until)
{
    return wait_for(condition, mutex, (int64_t)until->tv_sec * 1000000 + until->tv_nsec / 1000);
}

int __wrap_pthread_cond_broadcast(pthread_cond_t *condition)
{
    for (int i = 0; i < SCHEDULE_THREADS; i++) {
        if (fibers[i].state == WAITING && fibers[i].at == condition)
            fibers[i].state = READY;
    }
    return 0;
}

int __wrap_pthread_cond_signal(pthread_cond_t *condition)
{
    for (int i = 0; i < SCHEDULE_THREADS; i++) {
        if (fibers[i].state == WAITING && fibers[i].at == condition) {
            fibers[i].state = READY;
            break;
        }
    }
    return 0;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
    (void)clock;
    *out = (struct timespec){(time_t)(now_us / 1000000), (long)(now_us % 1000000) * 1000};
    return 0;
}
