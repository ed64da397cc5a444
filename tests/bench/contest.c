/* SPDX-License-Identifier: MIT */
#include "contest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROUNDS 101

struct run {
    const char *command[5];
    char path[4096];
    struct worker worker;
    int core, takes_part;
    double samples[MEASURES][MAX_ROUNDS];
    size_t count;
    char *why;
};

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    return value != NULL ? value : "";
}

static void prepare(struct run *run, const struct who *who, const struct part *part, char *why)
{
    memset(run, 0, sizeof *run);
    run->why = why;
    run->core = part->pinned ? atoi(setting("BENCH_CORE")) : -1;
    run->takes_part = who->program != NULL;
    if (!run->takes_part)
        return;
    snprintf(run->path, sizeof run->path, "%s/%s", setting("BENCH_BIN"), who->program);
    run->command[0] = run->path;
    run->command[1] = who->side;
    run->command[2] = who->size;
}

static void prepare_peer(struct run *run, const char *row, const struct part *part, char *why)
{
    static const struct who nobody = {NULL, NULL, NULL};

    prepare(run, &nobody, part, why);
    snprintf(run->path, sizeof run->path, "%s/peer.mjs", setting("BENCH_SOURCE"));
    run->command[0] = "node";
    run->command[1] = run->path;
    run->command[2] = row;
    run->takes_part = 1;
}

static void give_up(struct run *run, const char *why)
{
    snprintf(run->why, sizeof run->worker.why, "%s", why);
    run->takes_part = 0;
    run->count = 0;
}

static int start(struct run *run)
{
    if (worker_start(&run->worker, run->command, run->core) == 0)
        return 0;
    give_up(run, run->worker.why);
    worker_stop(&run->worker);
    return -1;
}

static void keep(struct run *run, const struct sample *sample)
{
    for (int i = 0; i < MEASURES; i++)
        run->samples[i][run->count] = sample->of[i];
    run->count++;
}

static void one_round(struct run *run, const struct part *part, int counts)
{
    struct sample sample = {{0}};

    if (!run->takes_part || (part->fresh && start(run) != 0))
        return;
    if (worker_run(&run->worker, part->count, &sample) != 0)
        give_up(run, run->worker.why);
    else if (counts)
        keep(run, &sample);
    if (part->fresh || !run->takes_part)
        worker_stop(&run->worker);
}

/* Instructions do not depend on who runs beside them. */
static void count_instructions(struct run *run, int rounds)
{
    char why[400];

    for (int i = 0; run->takes_part && i < rounds; i++) {
        struct sample sample = {{0}};

        sample.of[INSTRUCTIONS] = worker_instructions(run->command, why, sizeof why);
        if (sample.of[INSTRUCTIONS] < 0)
            give_up(run, why);
        else
            keep(run, &sample);
    }
}

/* The first round warms up, except where each round has a process of its own. Who begins changes. */
static void run_rounds(struct run *runs, int n, const struct part *part, int rounds)
{
    if (part->measure == INSTRUCTIONS) {
        for (int i = 0; i < n; i++)
            count_instructions(&runs[i], rounds);
        return;
    }
    for (int i = 0; !part->fresh && i < n; i++) {
        if (runs[i].takes_part)
            start(&runs[i]);
    }
    for (int round = part->fresh ? 1 : 0; round <= rounds; round++) {
        for (int i = 0; i < n; i++)
            one_round(&runs[(round + i) % n], part, round > 0);
    }
}

static void conclude(struct run *run, struct figure *of)
{
    worker_stop(&run->worker);
    for (int i = 0; i < MEASURES; i++)
        of[i] = figure_of(run->samples[i], run->count);
}

static int rounds_of(const struct part *part, int rounds)
{
    rounds = part->rounds > 0 && part->rounds < rounds ? part->rounds : rounds;
    return rounds < MAX_ROUNDS ? rounds : MAX_ROUNDS;
}

void contest_run(
    struct contest *contest, const char *row, const struct part *part, int rounds, int peer)
{
    static struct run runs[CONTESTANTS];
    const int n = peer ? CONTESTANTS : CONTESTANTS - 1;
    long floor_sent, our_sent;

    memset(contest, 0, sizeof *contest);
    prepare(&runs[THE_FLOOR], &part->floor, part, contest->why[THE_FLOOR]);
    prepare(&runs[OUR_OWN], &part->ours, part, contest->why[OUR_OWN]);
    if (peer)
        prepare_peer(&runs[THE_PEER], row, part, contest->why[THE_PEER]);
    run_rounds(runs, n, part, rounds_of(part, rounds));
    floor_sent = runs[THE_FLOOR].worker.sent;
    our_sent = runs[OUR_OWN].worker.sent;
    if (floor_sent != 0 && our_sent != 0 && floor_sent != our_sent) {
        char why[100];

        snprintf(
            why, sizeof why, "the requests differ: %ld bytes, the floor's has %ld", our_sent,
            floor_sent);
        give_up(&runs[OUR_OWN], why);
    }
    for (int i = 0; i < n; i++)
        conclude(&runs[i], contest->of[i]);
}

void contest_measure(
    const struct who *who, const struct part *part, int rounds, struct figure *of, char *why)
{
    static struct run run;

    prepare(&run, who, part, why);
    run_rounds(&run, 1, part, rounds_of(part, rounds));
    conclude(&run, of);
}
