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

static int measure(
    const struct curve *curve, const struct line *line, long size, int rounds, struct figure *found)
{
    struct figure of[MEASURES];
    char text[32], why[400] = "";
    struct who who = line->who;
    struct part part = {.measure = curve->measure, .pinned = curve->pinned, .fresh = curve->fresh};
    const double units = curve->units * (curve->per_size ? (double)size : 1);

    snprintf(text, sizeof text, "%ld", size);
    who.size = text;
    part.count = runs_of(curve, size);
    contest_measure(&who, &part, rounds, of, why);
    *found = figure_in(of[curve->measure], units);
    printf("%-12s %-26s %8ld ", curve->name, line->name, size);
    if (found->rounds == 0)
        printf("not measured: %s\n", why);
    else
        printf("%12.3f ±%4.1f%%\n", found->median, figure_spread(*found));
    fflush(stdout);
    return found->rounds > 0 ? 0 : -1;
}

/* One data set of gnuplot's. What cannot be measured at one size cannot at a larger one. */
static int draw_line(FILE *out, const struct curve *curve, const struct line *line, int rounds)
{
    struct figure found;
    int drawn = 0;

    for (size_t i = 0; i < MAX_POINTS && curve->sizes[i] != 0; i++) {
        if (line->largest != 0 && curve->sizes[i] > line->largest)
            break;
        if (measure(curve, line, curve->sizes[i], rounds, &found) != 0)
            break;
        if (!drawn++)
            fprintf(out, "\"%s\"\n", line->name);
        fprintf(out, "%ld %.6g %.6g %.6g\n", curve->sizes[i], found.median, found.low, found.high);
    }
    return drawn;
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
        if (draw_line(out, curve, &curve->lines[i], rounds))
            fprintf(out, "\n\n");
    }
    return fclose(out);
}

int curves_run(const char *directory, const char *names, int rounds)
{
    int failed = 0;

    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (is_named(names, curves[i].name))
            failed |= draw(directory, &curves[i], rounds) != 0;
    }
    return failed ? -1 : 0;
}
