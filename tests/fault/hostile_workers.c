/* SPDX-License-Identifier: MIT */
#include "hostile_workers.h"

#include "timing.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 16, HANG_MS = 90000, LOOK_US = 20000 };

struct workers {
    struct hostile_case *cases;
    size_t n;
    atomic_size_t *next; /* shared */
    pid_t pids[WORKERS];
    int ended_badly;
};

static void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

struct hostile_case *hostile_cases_new(size_t n)
{
    return share(n * sizeof(struct hostile_case));
}

static void run_one(struct hostile_case *one)
{
    one->pid = (int)getpid();
    one->begun_ms = timing_now_ms();
    one->state = HOSTILE_RUNNING;
    hostile_play(one->fault, one->request, &one->result);
    one->state = HOSTILE_DONE;
}

/* exit, not _exit: a sanitizer looks for leaks then. */
static void work(const struct workers *workers)
{
    size_t i;

    while ((i = atomic_fetch_add(workers->next, 1)) < workers->n)
        run_one(&workers->cases[i]);
    exit(0);
}

static int start_worker(struct workers *workers, size_t i)
{
    fflush(NULL);
    workers->pids[i] = fork();
    if (workers->pids[i] == 0)
        work(workers);
    return workers->pids[i] > 0 ? 0 : -1;
}

static struct hostile_case *case_of(const struct workers *workers, pid_t pid)
{
    for (size_t i = 0; i < workers->n; i++) {
        if (workers->cases[i].state == HOSTILE_RUNNING && workers->cases[i].pid == (int)pid)
            return &workers->cases[i];
    }
    return NULL;
}

/* 1 while the worker is needed. */
static int look_after(struct workers *workers, size_t i)
{
    struct hostile_case *one;
    int status = 0;

    if (workers->pids[i] <= 0)
        return 0;
    one = case_of(workers, workers->pids[i]);
    if (waitpid(workers->pids[i], &status, WNOHANG) == 0) {
        if (one != NULL && timing_now_ms() - one->begun_ms > HANG_MS) {
            one->state = HOSTILE_HUNG;
            kill(workers->pids[i], SIGKILL);
        }
        return 1;
    }
    one = case_of(workers, workers->pids[i]);
    if (one != NULL)
        one->state = HOSTILE_DIED;
    else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        workers->ended_badly++;
    workers->pids[i] = 0;
    return atomic_load(workers->next) < workers->n && start_worker(workers, i) == 0;
}

int hostile_cases_run(struct hostile_case *cases, size_t n)
{
    struct workers workers = {.cases = cases, .n = n, .next = share(sizeof *workers.next)};
    int running = 1;

    if (workers.next == NULL)
        return -1;
    atomic_init(workers.next, 0);
    for (size_t i = 0; i < WORKERS; i++) {
        if (start_worker(&workers, i) != 0 && i == 0)
            return -1;
    }
    while (running) {
        usleep(LOOK_US);
        running = 0;
        for (size_t i = 0; i < WORKERS; i++)
            running |= look_after(&workers, i);
    }
    return workers.ended_badly;
}
