/* SPDX-License-Identifier: MIT */
#include "side.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double value;
static long sent;

void side_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    printf("error ");
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    exit(1);
}

void side_report(double reported)
{
    value = reported;
}

void side_sent(long bytes)
{
    sent = bytes;
}

const char *side_setting(const char *name)
{
    const char *text = getenv(name);

    if (text == NULL)
        side_fail("%s is not set: tests/bench/run.sh does", name);
    return text;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static double cpu_ns(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (seconds(usage.ru_utime) + seconds(usage.ru_stime)) * 1e9;
}

static double wall_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* "VmRSS:" or "VmHWM:", which is this program's own, unlike rusage's maximum. */
static long memory_kb(const char *what)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long kb = 0;

    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, what, strlen(what)) == 0)
            kb = atol(line + strlen(what));
    }
    if (status != NULL)
        fclose(status);
    return kb;
}

long side_memory_kb(void)
{
    return memory_kb("VmRSS:");
}

static void measure(const struct side *side, long count)
{
    double cpu = cpu_ns(), wall = wall_ns();

    side->run(count);
    wall = wall_ns() - wall;
    cpu = cpu_ns() - cpu;
    printf(
        "ok %.0f %.0f %ld %ld %.9g\n", cpu, wall, memory_kb("VmRSS:"), memory_kb("VmHWM:"), value);
}

static void serve(const struct side *side)
{
    char line[64];

    printf("ready %ld\n", sent);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (strncmp(line, "run ", 4) != 0)
            side_fail("not a command: %s", line);
        measure(side, atol(line + 4));
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    const int once = argc > 3 && strcmp(argv[2], "--once") == 0;
    const char *size = once ? argv[4] : argc > 2 ? argv[2] : NULL;
    const struct side *const *side = sides;

    while (argc > 1 && *side != NULL && strcmp((*side)->name, argv[1]) != 0)
        side++;
    if (argc < 2 || *side == NULL)
        side_fail("there is no side %s here: bench.mk lists them", argc > 1 ? argv[1] : "");
    (*side)->open(size != NULL ? atol(size) : 0);
    if (once)
        (*side)->run(atol(argv[3]));
    else
        serve(*side);
    return 0;
}
