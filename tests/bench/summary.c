/* SPDX-License-Identifier: MIT */
/* The README's part about the benchmark, from the figures of one run. */
#include "report.h"

#define NOISE 10 /* per cent: a spread above it says that the machine had other work */

static void put_value(FILE *out, const struct figure *figure, const char *unit)
{
    if (figure->rounds == 0)
        fprintf(out, " – |");
    else
        fprintf(out, figure->median >= 1000 ? " %.0f %s |" : " %.4g %s |", figure->median, unit);
}

static void put_part(FILE *out, const struct row_result *result, size_t i)
{
    const struct part *part = &result->row->parts[i];
    const struct part_result *found = &result->parts[i];

    if (i == 0)
        fprintf(out, "| `%s`: %s |", result->row->name, part->what);
    else
        fprintf(out, "| %s |", part->what);
    put_value(out, &found->ours, part->unit);
    put_value(out, &found->floor, part->unit);
    if (found->ratio > 0)
        fprintf(out, " %.2f |", found->ratio);
    else
        fprintf(out, " – |");
    fprintf(
        out, " %s | %s |\n", i == 0 ? result->row->budget : "",
        found->ours.rounds == 0 ? "not measured"
        : found->met            ? "yes"
                                : "no");
}

static void put_peers(FILE *out, const struct row_result *results, size_t count)
{
    const char *between = "\nAgainst postgrest-js, same run and same answers: ";

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < MAX_LEADS && results[i].leads[k].lead != NULL; k++) {
            if (results[i].leads[k].times <= 0)
                continue;
            fprintf(
                out, "%s`%s` %.1f × less %s", between, results[i].row->name,
                results[i].leads[k].times, results[i].leads[k].lead->what);
            between = ",\n";
        }
    }
    if (between[0] == ',')
        fprintf(out, ".\n");
}

static int is_noisy(const struct figure *figure)
{
    return figure->rounds > 1 && figure_spread(*figure) > NOISE;
}

/* Whoever reads the figures has to know how far they may be trusted. */
static void put_noise(FILE *out, const struct row_result *results, size_t count)
{
    int noisy = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < MAX_PARTS && results[i].row->parts[k].what != NULL; k++) {
            const struct part_result *found = &results[i].parts[k];

            if (!is_noisy(&found->ours) && !is_noisy(&found->floor))
                continue;
            fprintf(
                out, "%s`%s` (%s)",
                noisy++ ? ", " : "\nThe machine was not quiet: ", results[i].row->name,
                found->met ? "met" : "not met");
        }
    }
    if (noisy)
        fprintf(out, " spread by more than %d %%.\n", NOISE);
}

void report_summary(FILE *out, const struct row_result *results, size_t count)
{
    fprintf(out, "| row | ours | floor | ratio | budget | met |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < MAX_PARTS && results[i].row->parts[k].what != NULL; k++)
            put_part(out, &results[i], k);
    }
    put_peers(out, results, count);
    put_noise(out, results, count);
}
