/* SPDX-License-Identifier: MIT */
/* soak SECONDS: reads and writes through a manager while servers die, keys change and stores come and go; then every
 * write is looked for. Ends in one line of what was lost, and "N passed, M failed". */
#include "live/stack.h"
#include "soak/chaos.h"
#include "soak/town.h"
#include "soak/work.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    ALONE = 6,
    MANY = 2,
    WORKERS = ALONE + MANY,
    WRITES_A_SECOND = 2000, /* of one worker: for more there is no room in its ledger */
    DESCRIPTORS_MORE = 16,
    MEMORY_MORE_KB = 8192
};

struct soak {
    supa_manager *manager;
    atomic_int stop;
    struct worker workers[WORKERS];
    struct ledger ledgers[WORKERS];
    pthread_t threads[WORKERS];
    struct chaos chaos;
    int descriptors[2];
    long memory_kb[2];
};

static int passed, failed;

static void judge(int good, const char *what)
{
    passed += good;
    failed += !good;
    if (!good)
        printf("FAILED: %s\n", what);
}

static void wait_ms(long ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}

static int descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = -1; /* the folder itself */

    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count - 2; /* . and .. */
}

static long memory_kb(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long size, resident = 0;

    if (file == NULL || fscanf(file, "%ld %ld", &size, &resident) != 2)
        resident = 0;
    if (file != NULL)
        fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void measure(struct soak *soak, int when)
{
    soak->descriptors[when] = descriptors();
    soak->memory_kb[when] = memory_kb();
}

static void start_workers(struct soak *soak, long seconds)
{
    for (int i = 0; i < WORKERS; i++) {
        struct worker *worker = &soak->workers[i];

        worker->number = i;
        worker->manager = soak->manager;
        worker->stop = &soak->stop;
        worker->ledger = &soak->ledgers[i];
        worker->dice = 0x9E3779B97F4A7C15u * (uint64_t)(i + 1);
        pthread_mutex_init(&worker->lock, NULL);
        if (ledger_begin(worker->ledger, (size_t)seconds * WRITES_A_SECOND) != 0 ||
            pthread_create(&soak->threads[i], NULL, i < ALONE ? work_alone : work_many, worker) !=
                0) {
            fprintf(stderr, "out of memory\n");
            exit(1);
        }
    }
}

/* Cancels what can be cancelled, until the time is over. */
static void disturb(struct soak *soak, int64_t until_us)
{
    for (unsigned i = 0; latency_us() < until_us; i++) {
        work_disturb(&soak->workers[i % ALONE]);
        wait_ms(2);
    }
}

/* A quarter of the time is for getting warm. */
static void run(struct soak *soak, long seconds)
{
    const int64_t start_us = latency_us();
    pthread_t chaos;

    start_workers(soak, seconds);
    pthread_create(&chaos, NULL, chaos_run, &soak->chaos);
    disturb(soak, start_us + seconds * 250000);
    measure(soak, 0);
    disturb(soak, start_us + seconds * 1000000);
    atomic_store(&soak->stop, 1);
    pthread_join(chaos, NULL);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(soak->threads[i], NULL);
    measure(soak, 1);
}

/* All stores serve again, within a time in which everybody has noticed that all is well. */
static int recovers(struct soak *soak, int store)
{
    char id[40];

    for (int i = 0; i < 400; i++) {
        supa_client *shop = supa_manager_lease(soak->manager, town_store(store, id), NULL);
        int code = shop != NULL ? supa_exec(supa_from(shop, "products"), NULL) : -1;

        supa_client_unref(shop);
        if (code == SUPA_OK)
            return 1;
        wait_ms(100);
    }
    return 0;
}

static void compare(struct soak *soak, struct ledger_sum *sum)
{
    char command[1024];

    for (int i = 1; i <= TOWN_TENANTS; i++) {
        snprintf(
            command, sizeof command,
            "%s -d tenant_%d -c \"copy (select worker, number, count(*) from soak_entries "
            "group by 1, 2) to stdout\"",
            stack_value("STACK_PSQL"), i);
        ledger_compare(soak->ledgers, WORKERS, command, sum);
    }
    ledger_close(soak->ledgers, WORKERS, sum);
}

static void add_up(const struct soak *soak, struct worker *all)
{
    for (int i = 0; i < WORKERS; i++) {
        const struct worker *worker = &soak->workers[i];

        all->requests += worker->requests;
        all->answered += worker->answered;
        all->strangers += worker->strangers;
        latency_add(&all->latency, &worker->latency);
        for (int code = 0; code < WORK_CODES; code++)
            all->codes[code] += worker->codes[code];
    }
}

static void
tell_details(const struct soak *soak, const struct worker *all, const struct ledger_sum *sum)
{
    for (int i = 0; i < CHAOS_EVENTS; i++)
        printf("%s: %" PRId64 "\n", chaos_name(i), soak->chaos.times[i]);
    for (int code = 0; code < WORK_CODES; code++)
        if (all->codes[code] != 0)
            printf("%s: %" PRId64 "\n", supa_code_name((supa_code)code), all->codes[code]);
    printf(
        "writes: %" PRId64 ", written %" PRId64 ", failed %" PRId64 ", unknown %" PRId64
        " of which %" PRId64 " arrived\n",
        sum->begun, sum->written, sum->failed, sum->unknown, sum->arrived);
    printf(
        "latency of what succeeded: 50 %% %" PRId64 " us, 90 %% %" PRId64 " us, 99 %% %" PRId64
        " us, 99.9 %% %" PRId64 " us\n",
        latency_at(&all->latency, 500), latency_at(&all->latency, 900),
        latency_at(&all->latency, 990), latency_at(&all->latency, 999));
}

static void tell(const struct soak *soak, const struct ledger_sum *sum)
{
    struct worker all = {.number = -1};
    int64_t lost, doubled;
    int64_t least = soak->chaos.times[0];

    add_up(soak, &all);
    tell_details(soak, &all, sum);
    lost = all.requests - all.answered + sum->missing + sum->open;
    doubled = sum->twice + sum->ghosts;
    for (int i = 0; i < CHAOS_EVENTS; i++)
        least = soak->chaos.times[i] < least ? soak->chaos.times[i] : least;
    judge(lost == 0, "an answer or a write was lost");
    judge(sum->twice == 0, "a write is there twice");
    judge(sum->ghosts == 0, "a write is there that was told as failed");
    judge(all.strangers == 0, "a store was shown other rows than its own");
    judge(
        sum->written > 0 && sum->failed > 0 && sum->unknown > 0, "writes of one kind are missing");
    judge(all.codes[SUPA_OK] > all.requests / 4, "most requests failed");
    judge(least > 0, "something did not happen");
    judge(soak->chaos.failures == 0, "something could not be done to the servers");
    judge(soak->descriptors[1] <= soak->descriptors[0] + DESCRIPTORS_MORE, "descriptors leak");
    judge(soak->memory_kb[1] <= soak->memory_kb[0] + MEMORY_MORE_KB, "memory grows");
    printf(
        "%" PRId64 " requests, %" PRId64 " lost, %" PRId64 " doubled, %" PRId64
        " unknown, fd %d→%d, rss %ld→%ld KiB\n",
        all.requests, lost, doubled, sum->unknown, soak->descriptors[0], soak->descriptors[1],
        soak->memory_kb[0], soak->memory_kb[1]);
}

int main(int argc, char **argv)
{
    static struct soak soak;
    struct ledger_sum sum = {0};
    const long seconds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    int mended = 0;

    if (seconds < 1) {
        fprintf(stderr, "usage: soak SECONDS\n");
        return 2;
    }
    soak.manager = town_manager();
    soak.chaos.manager = town_manager();
    soak.chaos.workers = soak.manager;
    soak.chaos.stop = &soak.stop;
    soak.chaos.each_us = seconds * 1000000 / (CHAOS_EVENTS * (2 + seconds / 240)) * 2 / 3;
    town_build(soak.chaos.manager);
    run(&soak, seconds);
    for (int i = 0; i < TOWN_STORES; i++)
        mended += recovers(&soak, i);
    judge(mended == TOWN_STORES, "not all stores serve again");
    compare(&soak, &sum);
    tell(&soak, &sum);
    supa_manager_free(soak.manager);
    supa_manager_free(soak.chaos.manager);
    for (int i = 0; i < WORKERS; i++)
        ledger_free(&soak.ledgers[i]);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
