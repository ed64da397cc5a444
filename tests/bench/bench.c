/* SPDX-License-Identifier: MIT */
/* The benchmark: each budget row against its floor. run.sh starts what it needs and tells where things
 * are. Ends with 0 when every row is met. */
#include "contest.h"
#include "curves.h"
#include "report.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_ROWS 20

struct options {
    const char *out, *only;
    int rounds, peers, curves, report_only;
};

static double allowed(const struct part *part, double floor)
{
    switch (part->rule) {
    case TIMES:
    case AT_LEAST:
        return part->limit * floor;
    case PLUS:
        return floor + part->limit;
    case BELOW:
        break;
    }
    return part->limit;
}

static int is_met(const struct part *part, const struct part_result *found)
{
    if (found->ours.rounds == 0 || (part->rule != BELOW && found->floor.rounds == 0))
        return 0;
    if (part->rule == AT_LEAST)
        return found->ours.median >= found->limit;
    if (part->rule == BELOW)
        return found->ours.median < found->limit;
    return found->ours.median <= found->limit;
}

static void judge(const struct part *part, const struct contest *contest, struct part_result *found)
{
    const char *ours = contest->why[OUR_OWN], *floor = contest->why[THE_FLOOR];

    found->ours = figure_in(contest->of[OUR_OWN][part->measure], part->units);
    found->floor = figure_in(contest->of[THE_FLOOR][part->measure], part->units);
    snprintf(
        found->why, sizeof found->why, "%s%s%s", ours,
        ours[0] != '\0' && floor[0] != '\0' ? "; " : "", floor);
    if (found->floor.rounds > 0 || part->rule == BELOW)
        found->limit = allowed(part, found->floor.median);
    if (found->ours.rounds > 0 && found->floor.rounds > 0 && found->floor.median > 0)
        found->ratio = found->ours.median / found->floor.median;
    found->met = is_met(part, found);
}

/* What a peer has to be beaten by, from the same rounds. */
static void
judge_lead(const struct lead *lead, const struct contest *contest, struct lead_result *found)
{
    const struct figure *ours = &contest->of[OUR_OWN][lead->measure];
    const struct figure *peer = &contest->of[THE_PEER][lead->measure];

    found->lead = lead;
    snprintf(
        found->why, sizeof found->why, "%s",
        contest->why[THE_PEER][0] != '\0' ? contest->why[THE_PEER] : contest->why[OUR_OWN]);
    if (ours->rounds == 0 || peer->rounds == 0 || ours->median <= 0)
        return;
    found->ours = ours->median;
    found->peer = peer->median;
    found->times = peer->median / ours->median;
    found->met = found->times >= lead->factor;
}

static int leads_of(const struct row *row, const struct contest *contest, struct row_result *result)
{
    size_t n = 0;

    for (const struct lead *lead = leads; lead->row != NULL; lead++) {
        if (strcmp(lead->row, row->name) != 0 || n == MAX_LEADS)
            continue;
        if (contest != NULL)
            judge_lead(lead, contest, &result->leads[n]);
        n++;
    }
    return n > 0;
}

static void run_row(const struct row *row, const struct options *options, struct row_result *result)
{
    static struct contest contest;
    const int has_peer = options->peers && leads_of(row, NULL, result);

    result->row = row;
    result->met = 1;
    for (size_t i = 0; i < MAX_PARTS && row->parts[i].what != NULL; i++) {
        const int peer = has_peer && i == 0;

        contest_run(&contest, row->name, &row->parts[i], options->rounds, peer);
        judge(&row->parts[i], &contest, &result->parts[i]);
        result->met &= result->parts[i].met;
        if (peer)
            leads_of(row, &contest, result);
    }
}

static int write_to(
    const char *directory, const char *name,
    void (*report)(FILE *, const struct row_result *, size_t), const struct row_result *results,
    size_t count)
{
    char path[4096];
    FILE *out;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    out = fopen(path, "w");
    if (out == NULL) {
        perror(path);
        return -1;
    }
    report(out, results, count);
    return fclose(out);
}

static int leads_met(const struct row_result *results, size_t count)
{
    int met = 1;

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < MAX_LEADS; k++)
            met &= results[i].leads[k].lead == NULL || results[i].leads[k].met;
    }
    return met;
}

static int run_rows(const struct options *options)
{
    static struct row_result results[MAX_ROWS];
    size_t count = 0, met = 0;
    int failed;

    report_header(stdout);
    for (const struct row *row = rows; row->name != NULL; row++) {
        if (!is_named(options->only, row->name))
            continue;
        run_row(row, options, &results[count]);
        report_row(stdout, &results[count]);
        met += (size_t)results[count++].met;
    }
    if (options->peers)
        report_peers(stdout, results, count);
    failed = write_to(options->out, "bench.json", report_json, results, count) != 0;
    failed |= write_to(options->out, "summary.md", report_summary, results, count) != 0;
    report_charts(options->out, results, count);
    printf("%zu rows, %zu met, %zu not met\n", count, met, count - met);
    return failed || met < count || !leads_met(results, count);
}

static int read_options(int argc, char **argv, struct options *options)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--peers") == 0)
            options->peers = 1;
        else if (strcmp(argv[i], "--curves") == 0)
            options->curves = 1;
        else if (strcmp(argv[i], "--report") == 0)
            options->report_only = 1;
        else if (strcmp(argv[i], "--rows") == 0 && i + 1 < argc)
            options->only = argv[++i];
        else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            options->rounds = atoi(argv[++i]);
        else if (strcmp(argv[i], "--out") == 0 && i + 1 < argc)
            options->out = argv[++i];
        else
            return -1;
    }
    return options->rounds > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct options options = {".", NULL, 15, 0, 0, 0};
    int failed;

    if (read_options(argc, argv, &options) != 0) {
        fprintf(
            stderr,
            "usage: bench [--rows A,B] [--rounds N] [--peers] [--curves] [--report] [--out DIR]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); /* a side that dies is told by its answer */
    failed = options.curves ? curves_run(options.out, options.only, options.rounds) != 0
                            : run_rows(&options);
    return failed && !options.report_only;
}
