/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include "table.h"
#include "words.h"

#include <time.h>
#include <unistd.h>

#define EVERY_US 100000
#define BAR      20

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void progress_begin(struct progress *progress, const char *what, int64_t total)
{
    *progress = (struct progress){what, total, 0, now_us(), 0, isatty(STDERR_FILENO)};
}

void progress_beside(struct progress *progress, FILE *stream)
{
    if (isatty(fileno(stream)))
        progress->is_shown = 0;
}

static double rate(const struct progress *progress, double seconds)
{
    return seconds > 0 ? (double)progress->done / seconds : 0;
}

static void put_bar(const struct progress *progress)
{
    const int64_t done = progress->done < progress->total ? progress->done : progress->total;
    const int full = progress->total > 0 ? (int)(done * BAR / progress->total) : BAR;

    fputs("[", stderr);
    for (int i = 0; i < BAR; i++)
        putc(i < full ? '#' : '.', stderr);
    fprintf(stderr, "] %3d %% ", progress->total > 0 ? (int)(done * 100 / progress->total) : 100);
}

static void show(struct progress *progress, int64_t now)
{
    const double seconds = (double)(now - progress->began_us) / 1e6;
    const double speed = rate(progress, seconds);
    const int width = terminal_width(stderr);
    char line[128];
    int length;

    fputs("\r\033[K", stderr);
    if (progress->total >= 0 && (width == 0 || width >= 70))
        put_bar(progress);
    length = snprintf(
        line, sizeof line, "%lld %s%s, %.0f/s", (long long)progress->done, progress->what,
        plural(progress->done), speed);
    if (progress->total > progress->done && speed > 0)
        snprintf(
            line + length, sizeof line - (size_t)length, ", %.0f s left",
            (double)(progress->total - progress->done) / speed);
    fprintf(stderr, "%.*s", width > 1 ? width - 1 : 127, line);
    fflush(stderr);
    progress->told_us = now;
}

void progress_step(struct progress *progress, int64_t n)
{
    progress->done += n;
    if (progress->is_shown && now_us() - progress->told_us >= EVERY_US)
        show(progress, now_us());
}

void progress_break(struct progress *progress)
{
    if (progress->is_shown)
        fputs("\r\033[K", stderr);
}

void progress_end(struct progress *progress)
{
    const double seconds = (double)(now_us() - progress->began_us) / 1e6;

    progress_break(progress);
    fprintf(
        stderr, "%lld %s%s in %.1f s, %.0f/s\n", (long long)progress->done, progress->what,
        plural(progress->done), seconds, rate(progress, seconds));
}
