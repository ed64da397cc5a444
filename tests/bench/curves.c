/* SPDX-License-Identifier: MIT */
#include "curves.h"

#include "contest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINES  3
#define MAX_POINTS 10

struct line {
    const char *name;
    struct who who;
    long largest; /* sizes above are left out; 0: none */
};

struct curve {
    const char *name;
    enum measure measure;
    double units;
    int per_size; /* cost of each of SIZE */
    int pinned, fresh;
    long work; /* runs × size in a round */
    struct line lines[MAX_LINES];
    long sizes[MAX_POINTS];
};

#define ROWS_TO_MILLION 100, 1000, 10000, 100000, 1000000

static const struct curve curves[] = {
    {"rows_time",
     CPU,
     1,
     1,
     1,
     0,
     200000,
     {{"the bytes alone, dropped", {"floor", "stream", NULL}, 0},
      {"libsupa, row by row", {"ours", "stream", NULL}, 0},
      {"libsupa, at once", {"ours", "page100", NULL}, 100000}},
     {ROWS_TO_MILLION}},
    {"rows_memory",
     PEAK,
     1024,
     0,
     1,
     1,
     1,
     {{"the bytes alone, dropped", {"floor", "stream", NULL}, 0},
      {"libsupa, row by row", {"ours", "stream", NULL}, 0},
      {"libsupa, at once", {"ours", "page100", NULL}, 100000}},
     {ROWS_TO_MILLION}},
    {"in_flight",
     CPU,
     1000,
     0,
     1,
     0,
     0,
     {{"libcurl by hand", {"floor", "multi32", NULL}, 0},
      {"libsupa", {"ours", "multi32", NULL}, 0}},
     {1, 3, 10, 32, 100, 300, 1000}},
    {"stores",
     CPU,
     1,
     0,
     1,
     0,
     0,
     {{"a table by hand", {"floor", "lookup", NULL}, 0}, {"libsupa", {"ours", "lookup", NULL}, 0}},
     {1, 10, 100, 1000, 10000, 100000}},
    {"threads",
     VALUE,
     1e6,
     0,
     0,
     0,
     0,
     {{"libsupa", {"ours", "lookup-threads", NULL}, 0}},
     {1, 2, 3, 4, 6, 8}},
};

/* Runs in a round where the work does not follow from the size. */
static long runs_of(const struct curve *curve, long size)
{
    long runs = curve->work / size;

    if (curve->work > 1)
        return runs > 0 ? runs : 1;
    if (curve->work == 1)
        return 1;
    return strcmp(curve->name, "in_flight") == 0 ? 5000 : 1000000;
}

static void
measure(FILE *out, const struct curve *curve, const struct line *line, long size, int rounds)
{
    struct figure of[MEASURES];
    char text[32], why[400] = "";
    struct who who = line->who;
    struct part part = {.measure = curve->measure, .pinned = curve->pinned, .fresh = curve->fresh};
    const double units = curve->units * (curve->per_size ? (double)size : 1);
    struct figure *found = &of[curve->measure];

    snprintf(text, sizeof text, "%ld", size);
    who.size = text;
    part.count = runs_of(curve, size);
    contest_measure(&who, &part, rounds, of, why);
    printf("%-12s %-26s %8ld ", curve->name, line->name, size);
    if (found->rounds == 0)
        printf("not measured: %s\n", why);
    else
        printf("%12.3f ±%4.1f%%\n", found->median / units, figure_spread(*found));
    if (found->rounds > 0)
        fprintf(
            out, "%ld %.6g %.6g %.6g\n", size, found->median / units, found->low / units,
            found->high / units);
    fflush(stdout);
}

static int draw(const char *directory, const struct curve *curve, int rounds)
{
    char path[4096];
    FILE *out;

    snprintf(path, sizeof path, "%s/curve_%s.dat", directory, curve->name);
    out = fopen(path, "w");
    if (out == NULL)
        return -1;
    for (size_t i = 0; i < MAX_LINES && curve->lines[i].name != NULL; i++) {
        const struct line *line = &curve->lines[i];

        fprintf(out, "\"%s\"\n", line->name);
        for (size_t k = 0; k < MAX_POINTS && curve->sizes[k] != 0; k++) {
            if (line->largest == 0 || curve->sizes[k] <= line->largest)
                measure(out, curve, line, curve->sizes[k], rounds);
        }
        fprintf(out, "\n\n"); /* gnuplot's next data set */
    }
    return fclose(out);
}

int curves_run(const char *directory, int rounds)
{
    int failed = 0;

    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
        failed |= draw(directory, &curves[i], rounds) != 0;
    return failed ? -1 : 0;
}
